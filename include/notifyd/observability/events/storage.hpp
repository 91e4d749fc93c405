// Events of the database, retention, and the clock that retention relies on.
#pragma once

#include "notifyd/observability/event.hpp"

#include <cstdint>
#include <string_view>

namespace notifyd::observability {

struct CommitFailed {
    static constexpr EventInfo info{"commit_failed", LogLevel::error};

    std::string_view what{};
    std::int64_t rows = 0;

    void describe(Fields& fields) const { fields.number("rows", rows).text("what", what); }
};

// Nothing is written any more, and the process ends.
struct SyncFailed {
    static constexpr EventInfo info{"sync_failed", LogLevel::error};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

// Commits work again after one has failed.
struct StorageRecovered {
    static constexpr EventInfo info{"storage_recovered"};

    void describe(Fields&) const {}
};

struct StorageError {
    static constexpr EventInfo info{"storage_error", LogLevel::error};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

// The database's files are no longer in their places: nothing is acknowledged until they are.
struct DatabaseLost {
    static constexpr EventInfo info{"database_lost", LogLevel::error};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

struct CheckpointFailed {
    static constexpr EventInfo info{"checkpoint_failed", LogLevel::warn};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

struct MigrationApplied {
    static constexpr EventInfo info{"migration_applied"};

    std::string_view name{};
    std::int64_t version = 0;

    void describe(Fields& fields) const { fields.text("name", name).number("version", version); }
};

struct RetentionDeleted {
    static constexpr EventInfo info{"retention_deleted"};

    std::int64_t rows = 0;
    std::string_view what = "messages";  // or "dead_letters", "connection_tokens"

    void describe(Fields& fields) const { fields.number("rows", rows).text("what", what); }
};

// Space of deleted rows was returned to the file system.
struct PagesReclaimed {
    static constexpr EventInfo info{"pages_reclaimed"};

    std::int64_t pages = 0;

    void describe(Fields& fields) const { fields.number("pages", pages); }
};

// The wall clock is a day or more away from what time must be: nothing is deleted until an hour has confirmed it.
struct ClockLeapt {
    static constexpr EventInfo info{"clock_leapt", LogLevel::warn};

    std::int64_t ahead_ms = 0;  // negative: behind

    static constexpr std::string_view what =
        "the wall clock is a day or more away from the time by which messages were stored: nothing is deleted until it "
        "has run steadily for an hour";
    void describe(Fields& fields) const { fields.number("ahead_ms", ahead_ms).text("what", what); }
};

// The wall clock is back, or has run in step with the steady clock for an hour: retention goes on.
struct ClockTrusted {
    static constexpr EventInfo info{"clock_trusted"};

    void describe(Fields& fields) const {
        fields.text("what", "the wall clock is trusted again, and what has expired is deleted");
    }
};

}  // namespace notifyd::observability
