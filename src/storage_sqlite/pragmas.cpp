// The pragmas and their purposes.
#include "pragmas.hpp"

#include <string>

namespace notifyd::storage::sqlite {

namespace {

// An operator's tool may briefly hold the write lock: that delays a commit but does not fail it.
constexpr int busy_timeout_ms = 5'000;
// A commit is attempted three times, which adds up to the same.
constexpr int commit_busy_timeout_ms = busy_timeout_ms / 3;

bool configure(Database& database, int timeout_ms = busy_timeout_ms) {
    sqlite3_busy_timeout(database.handle(), timeout_ms);
    // The schema comes from a file and is not trusted: it must not run functions with side effects.
    return database.execute("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;");
}

bool set_durability(Database& database, Durability durability) {
    switch (durability) {
        case Durability::full:
            return database.execute("PRAGMA synchronous = FULL");
        case Durability::normal:
            return database.execute("PRAGMA synchronous = NORMAL");
    }
    return false;
}

}  // namespace

bool configure_writer(Database& database, Durability durability, std::size_t log_bytes_max) {
    // A log that once grew (because a reader held it) shrinks to this size when it starts over. Debian's SQLite
    // overwrites deleted data with zeroes unless secure_delete is off.
    const std::string pragmas = "PRAGMA cache_size = -32768; PRAGMA secure_delete = OFF; PRAGMA journal_size_limit = " +
                                std::to_string(log_bytes_max) + ";";
    return configure(database, commit_busy_timeout_ms) && database.query_text("PRAGMA journal_mode = WAL") == "wal" &&
           set_durability(database, durability) && database.execute(pragmas.c_str());
}

bool configure_checkpointer(Database& database, Durability durability) {
    return configure(database) && set_durability(database, durability);
}

bool configure_reader(Database& database) {
    return configure(database) && database.execute("PRAGMA cache_size = -8192; PRAGMA query_only = ON;");
}

}  // namespace notifyd::storage::sqlite
