// Copies a database with SQLite's online backup.
#include "database_copy.hpp"

namespace notifyd::storage::sqlite {

namespace {

// All pages in one step, that is, in one read transaction: a copy in several steps starts over with every commit of the
// server. VACUUM INTO gives a smaller file, but took two to three times as long (0.9 s instead of 0.4 s for 300 MB
// under load), delayed single publishes by 140 ms instead of 12, and sorts indexes in memory that grows with the
// database.
int copy_pages(Database& from, Database& to) {
    sqlite3_backup* copy = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (copy == nullptr) return sqlite3_errcode(to.handle());
    constexpr int all_pages = -1;
    const int stepped = sqlite3_backup_step(copy, all_pages);
    const int finished = sqlite3_backup_finish(copy);
    return stepped == SQLITE_DONE ? finished : stepped;
}

}  // namespace

Refusal copy_database(const std::string& source, const Draft& draft) {
    const auto failed = [&](const std::string& reason) {
        if (auto exchanged = draft.is_exchanged()) return *exchanged;
        return StartupError{"cannot copy " + source + " to " + draft.path() + ": " + reason};
    };
    Database from;
    Database to;
    if (!open_unknown(from, source, Database::Access::read_only)) return database_error(source, from.last_error());
    // The draft need not survive a crash until it is complete.
    if (!open_unknown(to, draft.path(), Database::Access::read_write) ||
        !to.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")) {
        return failed(to.last_error());
    }
    if (auto refusal = draft.is_exchanged()) return refusal;
    const int code = copy_pages(from, to);
    if (code != SQLITE_OK) return failed(sqlite3_errstr(code));
    // The first page says that there is a log. Without one, there is only a single file to keep and to move, and it can
    // be opened on a read-only file system.
    if (to.query_text("PRAGMA journal_mode = DELETE") != "delete") return failed(to.last_error());
    return std::nullopt;
}

Startup<CopyReport> check_copy(const Draft& draft, const std::string& shown_path) {
    Database copy;
    if (!open_unknown(copy, draft.path(), Database::Access::read_only)) {
        if (auto exchanged = draft.is_exchanged()) return *exchanged;
        return database_error(shown_path, copy.last_error());
    }
    const auto version = schema_version(copy, shown_path, embedded_migrations());
    if (!version.has_value()) return version.error();
    if (auto refusal = check_content(copy, shown_path, Depth::full)) return *refusal;
    if (auto refusal = check_epoch(copy, shown_path)) return *refusal;
    const auto messages = copy.query_integer("SELECT count(*) FROM messages");
    const auto bytes = draft.size();
    if (!messages.has_value() || !bytes.has_value()) return database_error(shown_path, copy.last_error());
    return CopyReport{shown_path, *bytes, *messages};
}

}  // namespace notifyd::storage::sqlite
