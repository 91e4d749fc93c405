// Copies the write-ahead log into the database, off the commit path (inline checkpoints are the p99).
// Owns:   a thread, its connection, and the rules of when to copy.
// Thread: before_transaction and after_commit on the storage thread; start and stop around it.
// Fails:  a checkpoint that fails is an event, and the next one tries again; nothing is lost by it. One whose sync
//         fails is the last: see SyncFailure.
//
// At most one checkpoint runs, and it begins only when a commit was made since the last one ended. This is more than
// economy: up to 3.51.2, SQLite can lose commits when a checkpoint that finds nothing to copy meets a commit that
// restarts the log (sqlite.org/wal.html#walresetbug), and Debian 12 has 3.40.1.
#pragma once

#include "notifyd/observability/events.hpp"
#include "notifyd/runtime/handover_queue.hpp"

#include "database.hpp"
#include "sync_failure.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace notifyd::storage {

struct CheckpointMarks {
    std::size_t checkpoint_bytes = 0;      // log written since the last checkpoint
    std::size_t checkpoint_now_bytes = 0;  // size of the log from which the storage thread helps
};

class Checkpointer {
  public:
    // `writer` is the storage thread's connection; its commits are what fills the log.
    Checkpointer(Database& writer, CheckpointMarks marks, SyncFailure& sync_failure, observability::Events& events);
    ~Checkpointer();
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    // The connection of its own, to be opened before start().
    [[nodiscard]] Database& database() { return database_; }
    void start();
    // After the storage thread's last commit.
    void stop();

    void before_transaction();
    // Whether the transaction has put something into the log.
    [[nodiscard]] bool has_grown() const { return grew_; }
    // `has_shrunk`: the file's end is free, and only a checkpoint can cut it off.
    void after_commit(bool has_shrunk);
    // After a commit that failed: copies what is left of the log, so that the next commit begins it anew and needs no
    // more of a disk that is full. On the storage thread; harmless when there is nothing to be gained.
    void make_room();
    // Asks the thread for a copy of everything, and with `cut` to empty the log too. Only while nothing is committed.
    enum class Rescue : std::uint8_t { copy, cut };
    void rescue(Rescue how);
    // Copies everything and empties the log, if nobody reads. After stop().
    void copy_all();

    [[nodiscard]] std::size_t log_bytes() const { return log_bytes_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_.load(std::memory_order_relaxed); }

  private:
    static int on_commit(void* self, sqlite3*, const char*, int frames);
    void run();
    void request(int mode);
    void copy(Database& database, int mode);

    Database& writer_;
    const CheckpointMarks marks_;
    SyncFailure& sync_failure_;
    observability::Events& events_;
    std::size_t frame_bytes_ = 0;

    // Of the storage thread.
    std::size_t size_ = 0;         // of the log after the last commit
    std::size_t size_copied_ = 0;  // of the log when the last checkpoint was asked for
    int frames_ = 0;               // in the log after the last commit
    bool idle_before_ = false;     // no checkpoint ran when the transaction began
    bool grew_ = false;            // and the transaction has put something into the log
    bool shrunk_ = false;          // a checkpoint is wanted for the end of the file

    std::atomic<std::size_t> log_bytes_{0};
    std::atomic<std::uint64_t> checkpoints_{0};
    std::atomic<int> frames_copied_{0};  // by the last checkpoint, from the log's beginning
    std::atomic<bool> busy_{false};
    runtime::HandoverQueue<int> requests_;  // modes of SQLite's checkpoints
    Database database_;
    std::thread thread_;
};

}  // namespace notifyd::storage
