// A loop's requests and their answers.
#include "loop_client.hpp"

#include "notifyd/core/limits.hpp"

#include "answer_job.hpp"
#include "block_jobs.hpp"
#include "letter_job.hpp"
#include "permission_jobs.hpp"
#include "reclaim_job.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <limits>
#include <optional>
#include <utility>

namespace notifyd::storage {

namespace {

void answer_one(AppendRequest& request, Outcome outcome) {
    request.done(outcome_of(outcome, request.appended));
}

void answer_one(std::unique_ptr<ConnectionRequest>&, Outcome) {}

void answer_one(std::unique_ptr<WriteJob>& job, Outcome outcome) {
    job->answer(outcome);
}

}  // namespace

LoopClient::LoopClient(runtime::EventLoop& loop,
                       const std::atomic<std::size_t>& loops,
                       const std::string& epoch,
                       Admission& admission,
                       CommitThread& commits,
                       ReaderPool& readers,
                       const ChangeListeners& listeners,
                       observability::Events& events)
    : loop_(loop),
      loops_(loops),
      epoch_(epoch),
      admission_(admission),
      commits_(commits),
      readers_(readers),
      listeners_(listeners),
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
    gathered_.has_jobs = true;
    submit(std::move(job), bytes);
}

template <class Answer, class Write>
void LoopClient::write(Done<Answer> done, Write write, std::size_t bytes) {
    submit_job(std::make_unique<AnswerJob<Answer, Write>>(std::move(done), std::move(write)), bytes);
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

void LoopClient::delete_expired(EpochMs cutoff, std::size_t rows_max, Done<std::size_t> done) {
    write(std::move(done), [cutoff, rows_max](WriteTables& tables, std::size_t& deleted) {
        const EpochMs now = tables.clock.now_ms();
        std::size_t topics_deleted = 0;
        return tables.trusted_time.note(now) && tables.messages.delete_expired(cutoff, now, rows_max, deleted) &&
               tables.empty_topics.sweep(rows_max, topics_deleted) && tables.deduplication.expire(rows_max);
    });
}

void LoopClient::grant(ports::PermissionGrant grant, Done<void> done) {
    const std::size_t bytes = request_bytes * (grant.rows.size() + 1);
    submit_job(std::make_unique<GrantJob>(std::move(grant), listeners_, std::move(done)), bytes);
}

void LoopClient::revoke(ports::PermissionRevocation revocation, Done<bool> done) {
    submit_job(std::make_unique<RevokeJob>(std::move(revocation), listeners_, std::move(done)));
}

// --- blocks ---

void LoopClient::block(UserBlock block, Done<void> done) {
    submit_job(std::make_unique<BlockJob>(std::move(block), listeners_, std::move(done)));
}

void LoopClient::unblock(UserId user, Done<bool> done) {
    submit_job(std::make_unique<UnblockJob>(std::move(user), listeners_, std::move(done)));
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
    std::optional<LetterClaim> claim = admission_.admit_letter(letter);
    if (!claim.has_value()) {
        events_.emit(observability::DeadLettersDropped{1, "too many wait to be stored"});
        return;
    }
    const std::size_t bytes = claim->bytes;
    gathered_.has_jobs = true;
    gathered_.letters.push_back(*std::move(claim));
    gather(std::make_unique<AddLetterJob>(std::move(letter)), bytes);
}

void LoopClient::remove(Uuid id, Done<bool> done) {
    write(std::move(done), [id](WriteTables& tables, bool& removed) { return tables.letters.remove(id, removed); });
}

void LoopClient::failed_again(Uuid id, EpochMs at, std::string reason, Done<void> done) {
    write(std::move(done), [id, at, reason = std::move(reason)](WriteTables& tables) {
        return tables.letters.failed_again(id, at, reason);
    });
}

void LoopClient::delete_expired_letters(EpochMs cutoff, std::size_t rows_max, Done<std::size_t> done) {
    write(std::move(done), [cutoff, rows_max](WriteTables& tables, std::size_t& deleted) {
        return tables.letters.delete_expired(cutoff, rows_max, deleted);
    });
}

// --- tickets ---

void LoopClient::issue_ticket(ports::Ticket ticket, std::size_t per_minute, Done<ports::TicketIssue> done) {
    const std::size_t bytes = request_bytes * (ticket.identity.claimed_topics.size() + 2);
    auto issue = [ticket = std::move(ticket), per_minute](WriteTables& tables, ports::TicketIssue& issued) {
        return tables.tickets.issue(ticket, per_minute, issued);
    };
    write(std::move(done), std::move(issue), bytes);
}

void LoopClient::use_ticket(Uuid id, EpochMs now, Done<bool> done) {
    write(std::move(done), [id, now](WriteTables& tables, bool& used) { return tables.tickets.use(id, now, used); });
}

void LoopClient::revoke_tickets(UserId user, EpochMs now, Done<std::size_t> done) {
    write(std::move(done), [user = std::move(user), now](WriteTables& tables, std::size_t& revoked) {
        return tables.tickets.revoke_all(user, now, revoked);
    });
}

void LoopClient::delete_expired_tickets(EpochMs cutoff, std::size_t rows_max, Done<std::size_t> done) {
    write(std::move(done), [cutoff, rows_max](WriteTables& tables, std::size_t& deleted) {
        return tables.tickets.delete_expired(cutoff, rows_max, deleted);
    });
}

void LoopClient::reclaim(std::size_t pages_max, Done<std::size_t> done) {
    submit_job(std::make_unique<ReclaimJob>(pages_max, std::move(done)));
}

}  // namespace notifyd::storage
