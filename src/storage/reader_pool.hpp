// The reader threads: history pages and lists, on read-only connections (readers of a write-ahead log block nobody).
// They take one read of each user in turn, so that one user's many reads do not delay another's.
// Thread: submit from any; start and stop from the owner.
// Fails:  a read is answered `rate_limited` if its user's share of the queue is used up, and `unavailable` if the queue
// is full, the pool stopped or the disk failing.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/runtime/fair_handover_queue.hpp"
#include "notifyd/runtime/task.hpp"

#include "database.hpp"
#include "read_tables.hpp"

#include <cstddef>
#include <memory>
#include <string>
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
    ReaderPool(std::size_t reads_waiting_max, observability::Events& events);
    ~ReaderPool();
    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;

    // False: the database cannot be opened; `error` says why.
    [[nodiscard]] bool open(const std::string& path, History history, std::string& error);
    void start();
    // Completes the waiting reads, then ends the threads.
    void stop();

    // Unless the result is `taken`, the job is left untouched.
    [[nodiscard]] runtime::Handover submit(ReadJob&& job);
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

  private:
    static constexpr std::size_t thread_count = 2;

    struct Reader {
        Database database;
        std::unique_ptr<ReadTables> tables;
        std::thread thread;
    };

    void run(Reader& reader);
    [[nodiscard]] runtime::Task read(Reader& reader, ReadJob& job);

    observability::Events& events_;
    runtime::FairHandoverQueue<UserId, ReadJob> queue_;
    std::vector<std::unique_ptr<Reader>> readers_;
};

}  // namespace notifyd::storage
