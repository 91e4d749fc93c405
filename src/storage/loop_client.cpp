// A loop's requests and their answers.
#include "loop_client.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/messages.hpp"
#include "notifyd/observability/events/storage.hpp"

#include "outcome_result.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <limits>
#include <optional>
#include <utility>

namespace notifyd::storage {

namespace {

Error not_read() {
    return refusal_of(runtime::Handover::full);
}

void answer_one(AppendRequest& request, Outcome outcome) {
    request.done(outcome_of(outcome, request.appended));
}

void answer_one(ExpireRequest& request, Outcome outcome) {
    request.done(outcome_of(outcome, request.deleted));
}

void answer_one(GrantRequest& request, Outcome outcome) {
    const bool refused = outcome == Outcome::committed && request.refused.has_value();
    request.done(refused ? Result<void>(*request.refused) : outcome_of(outcome));
}

void answer_one(RevokeRequest& request, Outcome outcome) {
    const bool refused = outcome == Outcome::committed && request.refused.has_value();
    request.done(refused ? Result<bool>(*request.refused) : outcome_of(outcome, request.removed));
}

void answer_one(BarrierRequest& request, Outcome outcome) {
    // A commit that failed is decided, too: what was in front of the barrier will not be stored any more.
    request.done(outcome == Outcome::refused ? Result<void>(not_read()) : Result<void>{});
}

void answer_one(std::unique_ptr<ConnectionRequest>&, Outcome) {}

void answer_one(std::unique_ptr<WriteJob>& job, Outcome outcome) {
    job->answer(outcome);
}

void answer_one(ReclaimRequest& request, Outcome outcome) {
    request.done(outcome_of(outcome, request.given));
}

void answer_one(DeadLetter&, Outcome) {}

void answer_one(RemoveLetter& change, Outcome outcome) {
    change.done(outcome_of(outcome, change.removed));
}

void answer_one(LetterFailedAgain& change, Outcome outcome) {
    change.done(outcome_of(outcome));
}

void answer_one(ExpireLetters& change, Outcome outcome) {
    change.done(outcome_of(outcome, change.deleted));
}

void answer_one(std::unique_ptr<LetterRequest>& request, Outcome outcome) {
    std::visit([outcome](auto& change) { answer_one(change, outcome); }, request->change);
}

void answer_one(IssueTicket& change, Outcome outcome) {
    change.done(outcome_of(outcome, change.issue));
}

void answer_one(UseTicket& change, Outcome outcome) {
    change.done(outcome_of(outcome, change.used));
}

void answer_one(RevokeTickets& change, Outcome outcome) {
    change.done(outcome_of(outcome, change.revoked));
}

void answer_one(ExpireTickets& change, Outcome outcome) {
    change.done(outcome_of(outcome, change.deleted));
}

void answer_one(std::unique_ptr<TicketRequest>& request, Outcome outcome) {
    std::visit([outcome](auto& change) { answer_one(change, outcome); }, request->change);
}

}  // namespace

LoopClient::LoopClient(runtime::EventLoop& loop,
                       const std::atomic<std::size_t>& loops,
                       const std::string& epoch,
                       Admission& admission,
                       CommitThread& commits,
                       ReaderPool& readers,
                       const BlockChanged& on_block_changed,
                       observability::Events& events)
    : loop_(loop),
      loops_(loops),
      epoch_(epoch),
      admission_(admission),
      commits_(commits),
      readers_(readers),
      on_block_changed_(on_block_changed),
      events_(events),
      // No bound of its own: there is an answer for an admitted request only. The loop's mailbox, which holds one task
      // for any number of answers, keeps them behind what the commit listener posted to the loop.
      answers_(std::numeric_limits<std::size_t>::max(), [this] { loop_.post_waiting([this] { run_answers(); }); }) {
    gathered_.owner = this;
}

// --- gathering ---

void LoopClient::gather(WriteRequest request, std::size_t bytes) {
    // A turn must end after this, wherever in the loop the request comes from.
    if (gathered_.requests.empty()) boost::asio::post(loop_.context(), [] {});
    gathered_.requests.push_back(std::move(request));
    gathered_.bytes += bytes;
}

void LoopClient::submit(WriteRequest request, std::size_t bytes) {
    if (admission_.admit(bytes)) {
        ++gathered_.answers_wanted;
        gather(std::move(request), bytes);
        return;
    }
    Batch refused;
    refused.requests.push_back(std::move(request));
    refuse(std::move(refused));
}

void LoopClient::submit_job(std::unique_ptr<WriteJob> job, std::size_t bytes) {
    gathered_.changes_memory = true;
    submit(std::move(job), bytes);
}

void LoopClient::submit_connection(ConnectionRequest request, std::size_t bytes) {
    if (!admission_.admit_connection_row(bytes)) {
        events_.emit(observability::StorageError{"a connection row was dropped: the storage queue is full"});
        return;
    }
    gathered_.row_bytes += bytes;
    gather(std::make_unique<ConnectionRequest>(std::move(request)), bytes);
}

// Handed over before anything is sent, to subscribers or to other loops: the disk works meanwhile, and what another
// loop has seen is in front of all that it asks for next. Of a loop that is alone, what needs no commit to be delivered
// waits for the sends instead: on a core that they share, the storage thread would run before them.
bool LoopClient::turn_ended() {
    const bool may_wait = loops_.load(std::memory_order_relaxed) == 1 && !gathered_.delivery_waits;
    if (!may_wait && !gathered_.requests.empty()) hand_over();
    return false;
}

void LoopClient::after_turn() {
    if (!gathered_.requests.empty()) hand_over();
}

// The storage thread writes while the loop reads on. What one handler asked for, such as a batch, stays together.
void LoopClient::turn_continues() {
    if (gathered_.requests.size() >= limits::handover_requests) hand_over();
}

void LoopClient::hand_over() {
    Batch next;
    next.owner = this;
    Batch batch = std::exchange(gathered_, std::move(next));
    if (!commits_.hand_over(std::move(batch))) {
        // Stopped; the batch is still ours.
        admission_.release(batch);
        refuse(std::move(batch));
    }
}

// --- answering ---

void LoopClient::refuse(Batch batch) {
    batch.outcome = Outcome::refused;
    boost::asio::post(loop_.context(), [this, refused = std::move(batch)]() mutable { answer(refused); });
}

void LoopClient::give_back(Batch batch) {
    take([this, answered = std::move(batch)]() mutable { answer(answered); });
}

void LoopClient::take(runtime::Task answer) {
    // Cannot be full or closed; see the constructor.
    (void)answers_.post(std::move(answer));
}

void LoopClient::run_answers() {
    answers_.take_all(answers_taken_);
    for (runtime::Task& task : answers_taken_) guarded(task);
    answers_taken_.clear();
}

void LoopClient::answer(Batch& batch) {
    for (WriteRequest& request : batch.requests) {
        guarded([&] { std::visit([&](auto& one) { answer_one(one, batch.outcome); }, request); });
    }
}

// --- writes ---

void LoopClient::append(MessagePtr message, ports::AppendDone done) {
    const std::size_t bytes = message->head.size() + request_bytes;
    gathered_.delivery_waits = gathered_.delivery_waits || is_delivered_by_commit(*message);
    submit(AppendRequest{std::move(message), std::move(done), {}}, bytes);
}

void LoopClient::delete_expired(EpochMs cutoff, std::size_t rows_max, DoneCount done) {
    submit(ExpireRequest{cutoff, rows_max, std::move(done), 0}, request_bytes);
}

void LoopClient::grant(ports::PermissionGrant grant, DoneVoid done) {
    const std::size_t bytes = request_bytes * (grant.rows.size() + 1);
    gathered_.changes_memory = true;
    submit(GrantRequest{std::move(grant), std::move(done)}, bytes);
}

void LoopClient::revoke(ports::PermissionRevocation revocation, DoneBool done) {
    gathered_.changes_memory = true;
    submit(RevokeRequest{std::move(revocation), std::move(done)}, request_bytes);
}

// --- blocks ---

void LoopClient::block(UserBlock block, DoneVoid done) {
    submit_job(std::make_unique<BlockJob>(std::move(block), on_block_changed_, std::move(done)), request_bytes);
}

void LoopClient::unblock(UserId user, DoneBool done) {
    submit_job(std::make_unique<UnblockJob>(std::move(user), on_block_changed_, std::move(done)), request_bytes);
}

// --- connection rows ---

void LoopClient::opened(ports::ConnectionRow row) {
    const std::size_t bytes = request_bytes * (row.topics.size() + 1);
    submit_connection({std::move(row)}, bytes);
}

void LoopClient::topics_changed(ConnectionId id, std::vector<TopicName> topics) {
    const std::size_t bytes = request_bytes * (topics.size() + 1);
    submit_connection({ConnectionTopics{id, std::move(topics)}}, bytes);
}

void LoopClient::pinged(ConnectionId id, EpochMs at) {
    submit_connection({ConnectionPing{id, at}}, request_bytes);
}

void LoopClient::closed(ConnectionId id) {
    submit_connection({ConnectionEnd{id}}, request_bytes);
}

// --- dead letters ---

void LoopClient::add(DeadLetter letter) {
    const std::size_t bytes = Admission::bytes_of(letter);
    if (!admission_.admit_letter(letter)) {
        events_.emit(observability::DeadLettersDropped{1, "too many wait to be stored"});
        return;
    }
    ++gathered_.letters;
    gathered_.letter_bytes += bytes;
    gather(std::make_unique<LetterRequest>(LetterRequest{std::move(letter)}), bytes);
}

void LoopClient::remove(Uuid id, UniqueFunction<void(Result<bool>)> done) {
    submit(std::make_unique<LetterRequest>(LetterRequest{RemoveLetter{id, std::move(done)}}), request_bytes);
}

void LoopClient::failed_again(Uuid id, EpochMs at, std::string reason, DoneVoid done) {
    LetterFailedAgain change{id, at, std::move(reason), std::move(done)};
    submit(std::make_unique<LetterRequest>(LetterRequest{std::move(change)}), request_bytes);
}

void LoopClient::delete_expired_letters(EpochMs cutoff, std::size_t rows_max, DoneCount done) {
    ExpireLetters change{cutoff, rows_max, std::move(done)};
    submit(std::make_unique<LetterRequest>(LetterRequest{std::move(change)}), request_bytes);
}

// --- tickets ---

void LoopClient::issue_ticket(ports::Ticket ticket,
                              std::size_t per_minute,
                              UniqueFunction<void(Result<ports::TicketIssue>)> done) {
    const std::size_t bytes = request_bytes * (ticket.identity.claimed_topics.size() + 2);
    IssueTicket change{std::move(ticket), per_minute, std::move(done)};
    submit(std::make_unique<TicketRequest>(TicketRequest{std::move(change)}), bytes);
}

void LoopClient::use_ticket(Uuid id, EpochMs now, DoneBool done) {
    UseTicket change{id, now, std::move(done)};
    submit(std::make_unique<TicketRequest>(TicketRequest{std::move(change)}), request_bytes);
}

void LoopClient::revoke_tickets(UserId user, EpochMs now, DoneCount done) {
    RevokeTickets change{std::move(user), now, std::move(done)};
    submit(std::make_unique<TicketRequest>(TicketRequest{std::move(change)}), request_bytes);
}

void LoopClient::delete_expired_tickets(EpochMs cutoff, std::size_t rows_max, DoneCount done) {
    ExpireTickets change{cutoff, rows_max, std::move(done)};
    submit(std::make_unique<TicketRequest>(TicketRequest{std::move(change)}), request_bytes);
}

void LoopClient::reclaim(std::size_t pages_max, DoneCount done) {
    submit(ReclaimRequest{pages_max, std::move(done)}, request_bytes);
}

}  // namespace notifyd::storage
