// The storage of a server: an engine, the thread that writes it, the threads that read it, and the queues in front of
// them. Contains no SQL and knows no engine.
// Flow:   a loop's StorageClient gathers a turn's requests -> storage thread: one transaction, made durable once ->
// CommitListener -> every `done` on its loop.
// Owns:   the engine, the storage thread and the reader threads.
// Thread: writable and stats from any; everything else from the owner's thread. stop() never from a loop's thread.
// Fails:  a failed commit answers `unavailable` to every request in it, and the storage thread continues, unless the
// engine says that writing is over.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/user_block.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/storage/engine.hpp"
#include "notifyd/storage/storage_client.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace notifyd::runtime {
class EventLoop;
}
namespace notifyd::observability {
class Events;
}

namespace notifyd::storage {

struct StorageOptions {
    // Requests that may wait for their commit, across all loops.
    std::size_t queue_length = 100'000;
    // Bytes of messages that may wait for their commit.
    std::size_t queue_bytes_max = 256 * 1024 * 1024;
    // Reads that may wait for a reader thread.
    std::size_t reads_waiting_max = 4'096;
    // How often an idle storage thread checks whether writing works again after a failed commit.
    std::chrono::milliseconds probe_interval{1'000};
    // How often the engine checks that its database is in place; each commit checks it, too.
    std::chrono::milliseconds watch_interval{1'000};
    // Before the second and the third attempt at a commit that failed for a possibly transient reason.
    std::array<std::chrono::milliseconds, 2> retry_pauses{std::chrono::milliseconds(20),
                                                          std::chrono::milliseconds(100)};
    // Called on the storage thread for every row that a commit has changed (nullopt: the row was deleted), in commit
    // order and before the change is answered. So memory that mirrors the rows never differs from the disk, whichever
    // loop made the request.
    std::function<void(const UserId&, const TopicName&, std::optional<Role>)> on_permission_changed{};
    // The same for user blocks.
    std::function<void(const UserId&, const std::optional<UserBlock>&)> on_block_changed{};
};

// Counters since the start.
struct StorageStats {
    std::uint64_t commits = 0;
    std::uint64_t commits_failed = 0;
    std::uint64_t rows = 0;  // requests in those commits
    std::size_t requests_waiting = 0;
    std::size_t bytes_waiting = 0;
    std::size_t reads_waiting = 0;
};

class Storage {
  public:
    // `clock` and `events` must outlive the storage.
    Storage(std::unique_ptr<Engine> engine, StorageOptions options, const Clock& clock, observability::Events& events);
    ~Storage();
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;

    // What the engine has found in its database, and its clock. Memory that mirrors rows is filled from the engine
    // before it is handed over.
    [[nodiscard]] const Engine& engine() const;

    // The ports of one loop, and the hook that hands over what a turn has gathered: register it with the loop before
    // the hook that flushes sockets. Must be destroyed after stop() and after the loop's run() has returned.
    [[nodiscard]] std::unique_ptr<StorageClient> client(runtime::EventLoop& loop);

    // Starts the threads, and those of the engine. `listener` must outlive stop().
    void start(ports::CommitListener& listener);

    // Commits and answers everything that was handed over, and joins the threads; later requests get `unavailable`. The
    // loops must be running (to take the answers) or stopped. May be called twice.
    void stop();

    // False from a failed commit until one succeeds, and while the database is not in place; permanently once writing
    // is over.
    [[nodiscard]] bool writable() const;
    [[nodiscard]] StorageStats stats() const;

  private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace notifyd::storage
