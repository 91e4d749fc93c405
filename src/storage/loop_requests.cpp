// A loop's requests and their answers.
#include "loop_requests.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/messages.hpp"
#include "notifyd/observability/events/storage.hpp"

#include "letter_job.hpp"

#include <boost/asio/post.hpp>

#include <limits>

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

LoopRequests::LoopRequests(runtime::EventLoop& loop, const SharedByLoops& shared)
    : loop_(loop),
      shared_(shared),
      // Needs no bound of its own, because only admitted requests are answered. The loop's mailbox, which holds one
      // task for any number of answers, keeps them after what the commit listener posted to the loop.
      answers_(std::numeric_limits<std::size_t>::max(), [this] { loop_.post_waiting([this] { run_answers(); }); }) {
    gathered_.owner = this;
}

// --- gathering ---

void LoopRequests::gather(WriteRequest request, std::size_t bytes) {
    // The turn must end after this, wherever in the loop the request comes from.
    if (gathered_.requests.empty()) boost::asio::post(loop_.context(), [] {});
    gathered_.requests.push_back(std::move(request));
    gathered_.bytes += bytes;
}

void LoopRequests::submit_request(WriteRequest request, std::size_t bytes) {
    if (shared_.admission.admit(bytes)) {
        ++gathered_.answers_wanted;
        gather(std::move(request), bytes);
        return;
    }
    Batch refused;
    refused.requests.push_back(std::move(request));
    refuse(std::move(refused));
}

void LoopRequests::append(MessagePtr message, ports::AppendDone done) {
    const std::size_t bytes = message->head.size() + request_bytes;
    gathered_.delivery_waits = gathered_.delivery_waits || is_delivered_by_commit(*message);
    submit_request(AppendRequest{std::move(message), std::move(done), {}}, bytes);
}

void LoopRequests::submit(std::unique_ptr<WriteJob> job, std::size_t bytes) {
    gathered_.has_jobs = true;
    submit_request(std::move(job), bytes);
}

void LoopRequests::change_connection(ConnectionRequest change, std::size_t bytes) {
    if (!shared_.admission.admit_connection_row(bytes)) {
        shared_.events.emit(observability::StorageError{"a connection row was dropped: the storage queue is full"});
        return;
    }
    gathered_.row_bytes += bytes;
    gather(std::make_unique<ConnectionRequest>(std::move(change)), bytes);
}

void LoopRequests::add_letter(DeadLetter letter) {
    std::optional<LetterClaim> claim = shared_.admission.admit_letter(letter);
    if (!claim.has_value()) {
        shared_.events.emit(observability::DeadLettersDropped{1, "too many are waiting to be stored"});
        return;
    }
    const std::size_t bytes = claim->bytes;
    gathered_.has_jobs = true;
    gathered_.letters.push_back(*std::move(claim));
    gather(std::make_unique<AddLetterJob>(std::move(letter)), bytes);
}

void LoopRequests::submit_read(ReadJob job) {
    const runtime::Handover verdict = shared_.readers.submit(std::move(job));
    if (verdict == runtime::Handover::taken) return;
    // A job that was not taken was not moved from either. NOLINTNEXTLINE(bugprone-use-after-move)
    auto answer = job.read(nullptr, refusal_of(verdict));
    boost::asio::post(loop_.context(), [this, answer = std::move(answer)]() mutable { guarded(answer); });
}

// --- handing over ---

// Hand over before anything is sent, to subscribers or to other loops: the disk works meanwhile, and what another loop
// has seen precedes everything that it requests next. A single loop first sends, and then hands over what can be
// delivered without a commit: on a shared core, the storage thread would otherwise run before the sends.
void LoopRequests::turn_ended() {
    const bool may_wait = shared_.loops.load(std::memory_order_relaxed) == 1 && !gathered_.delivery_waits;
    if (!may_wait && !gathered_.requests.empty()) hand_over();
}

void LoopRequests::after_turn() {
    if (!gathered_.requests.empty()) hand_over();
}

// The storage thread writes while the loop continues to read. What one handler requests, such as a batch, stays
// together.
void LoopRequests::turn_continues() {
    if (gathered_.requests.size() >= limits::handover_requests) hand_over();
}

void LoopRequests::hand_over() {
    Batch next;
    next.owner = this;
    Batch batch = std::exchange(gathered_, std::move(next));
    if (!shared_.commits.hand_over(std::move(batch))) {
        // Stopped. A batch that was not taken was not moved from either. NOLINTNEXTLINE(bugprone-use-after-move)
        shared_.admission.release(batch);
        refuse(std::move(batch));
    }
}

// --- answering ---

void LoopRequests::refuse(Batch batch) {
    batch.outcome = Outcome::refused;
    boost::asio::post(loop_.context(), [this, refused = std::move(batch)]() mutable { answer(refused); });
}

void LoopRequests::give_back(Batch batch) {
    take([this, answered = std::move(batch)]() mutable { answer(answered); });
}

void LoopRequests::take(runtime::Task answer) {
    // Cannot be full or closed; see the constructor.
    (void)answers_.post(std::move(answer));
}

void LoopRequests::run_answers() {
    answers_.take_all(answers_taken_);
    for (runtime::Task& task : answers_taken_) guarded(task);
    answers_taken_.clear();
}

void LoopRequests::answer(Batch& batch) {
    for (WriteRequest& request : batch.requests) {
        guarded([&] { std::visit([&](auto& one) { answer_one(one, batch.outcome); }, request); });
    }
}

}  // namespace notifyd::storage
