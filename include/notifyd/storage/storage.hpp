// SQLite behind the ports: the database, the thread that writes it and the threads that read it.
// Flow:   a loop's StorageClient gathers a turn's requests -> storage thread: one transaction, one sync ->
// CommitListener -> every `done` on its loop.
// Owns:   the database file and its lock, the storage thread, two reader threads and the checkpointer.
// Thread: epoch, last_position, writable and stats from any; everything else from the owner's thread. stop() never from
// a loop's thread.
// Fails:  open and migrate with a message for the operator; later, a failed commit answers `unavailable` to every
// request in it, and the storage thread continues. A failed sync ends all writing: see on_failed_sync.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/user_block.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/storage/startup.hpp"
#include "notifyd/storage/storage_client.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace notifyd::runtime {
class EventLoop;
}
namespace notifyd::observability {
class Events;
}

namespace notifyd::storage {

// full: an acknowledged message survives a power cut. normal: it survives only the end of the process.
enum class Durability : std::uint8_t { full, normal };

// off: messages are numbered, but no row is kept.
enum class History : std::uint8_t { keep, off };

struct StorageOptions {
    std::string path;
    Durability durability = Durability::full;
    History history = History::keep;
    // How long a deduplication key is remembered; 0: keys are ignored.
    Milliseconds deduplication_window{0};
    // Dead letters kept per user, the newest ones; 0 means no limit.
    std::size_t dead_letters_per_user = 10'000;
    // Requests that may wait for their commit, across all loops.
    std::size_t queue_length = 100'000;
    // Bytes of messages that may wait for their commit.
    std::size_t queue_bytes_max = 256 * 1024 * 1024;
    // Reads that may wait for a reader thread.
    std::size_t reads_waiting_max = 4'096;
    // The size of the write-ahead log from which the checkpointer works.
    std::size_t checkpoint_bytes = 16 * 1024 * 1024;
    // The size from which the storage thread itself copies the log between two commits, if it is never idle.
    std::size_t checkpoint_now_bytes = 64 * 1024 * 1024;
    // A database up to this size is read completely before it is used, and refused if damaged.
    std::size_t check_bytes_max = 64 * 1024 * 1024;
    // How often an idle storage thread checks whether writing works again after a failed commit.
    std::chrono::milliseconds probe_interval{1'000};
    // How often the database's files are checked by name; each commit checks them, too.
    std::chrono::milliseconds watch_interval{1'000};
    // Before the second and the third attempt at a commit that failed for a possibly transient reason.
    std::array<std::chrono::milliseconds, 2> retry_pauses{std::chrono::milliseconds(20),
                                                          std::chrono::milliseconds(100)};
    // Called once, on one of the storage's threads, after a failed sync: from now on everything is refused, and the
    // process should end, so that the database is read again from what the disk really holds.
    std::function<void()> on_failed_sync{};
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
    std::uint64_t checkpoints = 0;
    std::size_t requests_waiting = 0;
    std::size_t bytes_waiting = 0;
    std::size_t reads_waiting = 0;
    std::size_t log_bytes = 0;       // of the write-ahead log, after the last commit
    std::size_t database_bytes = 0;  // after the last commit
};

class Storage {
  public:
    // Creates the database if there is none, applies missing migrations, takes the lock and deletes the connection rows
    // of the last process. `clock` and `events` must outlive the storage; `ids` is only used here.
    [[nodiscard]] static Startup<std::unique_ptr<Storage>> open(StorageOptions options,
                                                                const Clock& clock,
                                                                IdSource& ids,
                                                                observability::Events& events);
    ~Storage();
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;

    // Visits every permission row; call it before start(), from which on_permission_changed takes over. Throws if they
    // cannot be read.
    void for_each_permission(const std::function<void(const Permission&)>& visit);
    // The same for user blocks and on_block_changed.
    void for_each_block(const std::function<void(const UserBlock&)>& visit);

    // The ports of one loop, and the hook that hands over what a turn has gathered: register it with the loop before
    // the hook that flushes sockets. Must be destroyed after stop() and after the loop's run() has returned.
    [[nodiscard]] std::unique_ptr<StorageClient> client(runtime::EventLoop& loop);

    // Starts the threads. `listener` must outlive stop().
    void start(ports::CommitListener& listener);

    // Commits and answers everything that was handed over, and joins the threads; later requests get `unavailable`. The
    // loops must be running (to take the answers) or stopped. May be called twice.
    void stop();

    [[nodiscard]] const std::string& epoch() const;
    // The last position assigned before start(): how far loops have seen the log before the first commit.
    [[nodiscard]] Position last_position() const;
    // The last known time before start(): when retention last trusted the clock, otherwise when the newest message was
    // published; nullopt if neither is known.
    [[nodiscard]] std::optional<EpochMs> last_known_time() const;
    // The clock that measures windows and lifetimes in the database; setting the wall clock does not change them.
    [[nodiscard]] const Clock& continuous_clock() const;
    // False from a failed commit until one succeeds, and while the database's files are not in place; permanently after
    // a failed sync or in a corrupt file.
    [[nodiscard]] bool writable() const;
    [[nodiscard]] StorageStats stats() const;

  private:
    class Parts;
    explicit Storage(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace notifyd::storage
