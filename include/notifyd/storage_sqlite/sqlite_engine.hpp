// SQLite as the storage's engine: one database file with a write-ahead log.
// Owns:   the file and its lock, a connection for each session, and the checkpointer with its thread.
// Thread: stats from any; otherwise as every engine.
// Fails:  open with one message that names the file. A failed sync ends all writing: see on_failed_sync.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/storage/engine.hpp"
#include "notifyd/storage/engine_settings.hpp"
#include "notifyd/storage/startup.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace notifyd::observability {
class Events;
}

namespace notifyd::storage::sqlite {

struct SqliteOptions : EngineSettings {
    std::string path;
    // The size of the write-ahead log from which the checkpointer works.
    std::size_t checkpoint_bytes = 16 * 1024 * 1024;
    // The size from which the storage thread itself copies the log between two commits, if it is never idle.
    std::size_t checkpoint_now_bytes = 64 * 1024 * 1024;
    // A database up to this size is read completely before it is used, and refused if damaged.
    std::size_t check_bytes_max = 64 * 1024 * 1024;
    // Called once, on one of the storage's threads, after a failed sync: from now on everything is refused, and the
    // process should end, so that the database is read again from what the disk really holds.
    std::function<void()> on_failed_sync{};
};

struct SqliteStats {
    std::uint64_t checkpoints = 0;   // since the start
    std::size_t log_bytes = 0;       // of the write-ahead log, after the last commit
    std::size_t database_bytes = 0;  // after the last commit
};

class SqliteEngine final : public Engine {
  public:
    // Creates the database if there is none, applies missing migrations, takes the lock and deletes the connection rows
    // of the last process. `clock` and `events` must outlive the engine; `ids` is only used here.
    [[nodiscard]] static Startup<std::unique_ptr<SqliteEngine>> open(const SqliteOptions& options,
                                                                     const Clock& clock,
                                                                     IdSource& ids,
                                                                     observability::Events& events);
    ~SqliteEngine() override;

    [[nodiscard]] const std::string& epoch() const override;
    [[nodiscard]] Position last_position() const override;
    [[nodiscard]] std::optional<EpochMs> last_known_time() const override;
    [[nodiscard]] const Clock& continuous_clock() const override;
    void for_each_permission(const std::function<void(const Permission&)>& visit) override;
    void for_each_block(const std::function<void(const UserBlock&)>& visit) override;

    [[nodiscard]] WriteSession& writer() override;
    [[nodiscard]] ReadSession& reader(std::size_t index) override;

    void start() override;
    void stop() override;

    [[nodiscard]] SqliteStats stats() const;

  private:
    class Parts;
    explicit SqliteEngine(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace notifyd::storage::sqlite
