// Copies the write-ahead log into the database, off the commit path (inline checkpoints dominated the p99).
// Owns:   a thread, its connection, and the rules that decide when to copy.
// Thread: before_transaction and after_commit on the storage thread; start before it runs, stop after it has ended.
// Fails:  a failed checkpoint is logged as an event and retried by the next one; nothing is lost. One whose sync fails
// is the last: see SyncFailure.
// At most one checkpoint runs at a time, and it begins only if a commit was made since the last one ended. This is not
// only economy: up to 3.51.2, SQLite can lose commits if a checkpoint that finds nothing to copy meets a commit that
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

namespace notifyd::storage::sqlite {

struct CheckpointMarks {
    std::size_t checkpoint_bytes = 0;      // log growth since the last checkpoint that triggers one
    std::size_t checkpoint_now_bytes = 0;  // log size from which the storage thread helps
};

class Checkpointer {
  public:
    // `writer` is the storage thread's connection, whose commits fill the log.
    Checkpointer(Database& writer, CheckpointMarks marks, SyncFailure& sync_failure, observability::Events& events);
    ~Checkpointer();
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    // Its own connection, to be opened before start().
    [[nodiscard]] Database& database() { return database_; }
    void start();
    // Called after the storage thread's last commit.
    void stop();

    void before_transaction();
    // Whether the transaction has written to the log.
    [[nodiscard]] bool has_grown() const { return grew_; }
    // `has_shrunk`: the end of the file is free, and only a checkpoint can cut it off.
    void after_commit(bool has_shrunk);
    // After a failed commit: copies the rest of the log, so that the next commit starts it over and needs no more space
    // on a full disk. On the storage thread; harmless if there is nothing to gain.
    void make_room();
    // Tells the thread to copy everything, and with `cut` to empty the log, too. Only while nothing is being committed.
    enum class Rescue : std::uint8_t { copy, cut };
    void rescue(Rescue how);
    // Copies everything and empties the log, unless somebody is reading. Call it after stop().
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

    // Used by the storage thread only:
    std::size_t size_ = 0;         // of the log after the last commit
    std::size_t size_copied_ = 0;  // of the log when the last checkpoint was requested
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

}  // namespace notifyd::storage::sqlite
