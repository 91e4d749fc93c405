// The reader threads: history pages and lists, each thread in its own read session of the engine. They take one read of
// each user in turn, so that one user's many reads do not delay another's.
// Thread: submit from any; start and stop from the owner.
// Fails:  a read is answered `rate_limited` if its user's share of the queue is used up, and `unavailable` if the queue
// is full, the pool stopped or the database failing.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/runtime/fair_handover_queue.hpp"
#include "notifyd/runtime/task.hpp"
#include "notifyd/storage/engine.hpp"

#include <cstddef>
#include <thread>
#include <vector>

namespace notifyd::storage {

// Takes an answer to its loop. Called on a reader thread.
class ReadOwner {
  public:
    virtual ~ReadOwner() = default;
    virtual void take(runtime::Task answer) = 0;
};

struct ReadJob {
    ReadOwner* owner = nullptr;
    // Whose turn it takes, and what happens if too many are waiting; see PageQuery.
    UserId asker;
    IfBusy if_busy = IfBusy::refuse;
    // Reads, and creates the task that answers. With nullptr, the task answers with the error.
    UniqueFunction<runtime::Task(ReadTables*, const Error&)> read;
};

// The answer to a read that was not `taken`.
[[nodiscard]] Error refusal_of(runtime::Handover verdict);

class ReaderPool {
  public:
    ReaderPool(Engine& engine, std::size_t reads_waiting_max, observability::Events& events);
    ~ReaderPool();
    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;

    void start();
    // Completes the waiting reads, then ends the threads.
    void stop();

    // Unless the result is `taken`, the job is left untouched.
    [[nodiscard]] runtime::Handover submit(ReadJob&& job);
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

  private:
    void run(ReadSession& session);
    [[nodiscard]] runtime::Task read(ReadSession& session, ReadJob& job);

    Engine& engine_;
    observability::Events& events_;
    runtime::FairHandoverQueue<UserId, ReadJob> queue_;
    std::vector<std::thread> threads_;
};

}  // namespace notifyd::storage
