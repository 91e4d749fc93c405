// The requests of one loop: gathers those of a turn, hands them over together, and answers them on the loop. What they
// read and write is up to the loop's ports (…_port.hpp).
// Thread: its loop; give_back on the storage thread, take on a reader thread.
#pragma once

#include "notifyd/core/dead_letter.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/runtime/event_loop.hpp"
#include "notifyd/runtime/mailbox.hpp"
#include "notifyd/storage/requests.hpp"

#include "admission.hpp"
#include "answer_job.hpp"
#include "commit_thread.hpp"
#include "outcome_result.hpp"
#include "reader_pool.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace notifyd::storage {

// What the loops share.
struct SharedByLoops {
    const std::atomic<std::size_t>& loops;  // how many there are
    Admission& admission;
    CommitThread& commits;
    ReaderPool& readers;
    observability::Events& events;
};

class LoopRequests final : public BatchOwner, public ReadOwner {
  public:
    // The size charged for a waiting request, besides its message's text.
    static constexpr std::size_t request_bytes = 256;

    LoopRequests(runtime::EventLoop& loop, const SharedByLoops& shared);

    // --- Answered; if there is no room, refused in a later handler:
    void append(MessagePtr message, ports::AppendDone done);
    void submit(std::unique_ptr<WriteJob> job, std::size_t bytes = request_bytes);
    // A job made from a closure; see AnswerJob.
    template <class Answer, class Write>
    void write(Done<Answer> done, Write write, std::size_t bytes = request_bytes) {
        submit(std::make_unique<AnswerJob<Answer, Write>>(std::move(done), std::move(write)), bytes);
    }
    // `read` is called as std::optional<Answer>(ReadTables&) on a reader thread, in the asker's turn.
    template <class Answer, class Read>
    void read(UserId asker, IfBusy if_busy, Done<Answer> done, Read read);

    // --- Not answered; if there is no room, dropped with an event:
    void change_connection(ConnectionRequest change, std::size_t bytes);
    void add_letter(DeadLetter letter);

    [[nodiscard]] bool has_room(std::size_t count) const { return shared_.admission.has_room(count); }
    [[nodiscard]] bool is_writable() const { return shared_.commits.writable(); }

    // --- The loop's turn (runtime::TurnHook):
    void turn_ended();
    void after_turn();
    void turn_continues();

    void give_back(Batch batch) override;
    void take(runtime::Task answer) override;

  private:
    void submit_request(WriteRequest request, std::size_t bytes);
    void submit_read(ReadJob job);
    void gather(WriteRequest request, std::size_t bytes);
    void hand_over();
    void refuse(Batch batch);
    void answer(Batch& batch);
    void run_answers();
    // An answer that throws is a bug of its receiver; the other answers must still be delivered.
    template <class Step>
    void guarded(Step&& step) {
        try {
            step();
        } catch (const std::exception& error) {
            shared_.events.emit(observability::ExceptionCaught{"storage answer", error.what()});
        }
    }

    runtime::EventLoop& loop_;
    const SharedByLoops shared_;
    Batch gathered_;
    // Answers stay here until the loop takes them, even if the loop has stopped.
    runtime::Mailbox answers_;
    std::vector<runtime::Task> answers_taken_;
};

template <class Answer, class Read>
void LoopRequests::read(UserId asker, IfBusy if_busy, Done<Answer> done, Read read) {
    auto answering = [done = std::move(done), read = std::move(read)](ReadTables* tables,
                                                                      const Error& error) mutable -> runtime::Task {
        std::optional<Answer> found;
        if (tables != nullptr) found = read(*tables);
        const Error failure = tables != nullptr ? refusal_of(runtime::Handover::full) : error;
        return [done = std::move(done), found = std::move(found), failure]() mutable {
            done(found.has_value() ? Result<Answer>(std::move(*found)) : Result<Answer>(failure));
        };
    };
    submit_read({this, std::move(asker), if_busy, std::move(answering)});
}

}  // namespace notifyd::storage
