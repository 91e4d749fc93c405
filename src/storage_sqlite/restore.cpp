// Implements `notifyd restore`.
#include "notifyd/storage_sqlite/backup.hpp"

#include "connection_table.hpp"
#include "database_copy.hpp"
#include "database_file.hpp"
#include "ticket_table.hpp"

namespace notifyd::storage::sqlite {

namespace {

// Makes the copy a database of its own.
Refusal make_new(const Draft& draft, const std::string& shown_path, IdSource& ids) {
    Database database;
    if (!database.open(draft.path(), Database::Access::read_write) ||
        !database.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;")) {
        if (auto exchanged = draft.is_exchanged()) return exchanged;
        return database_error(shown_path, database.last_error());
    }
    const auto migrated = apply_migrations(database, shown_path, embedded_migrations(), {});
    if (!migrated.has_value()) return migrated.error();
    if (!renew_epoch(database, ids) || !forget_connections(database) || !forget_tickets(database) ||
        database.query_text("PRAGMA journal_mode = WAL") != "wal") {
        return database_error(shown_path, database.last_error());
    }
    return std::nullopt;
}

// Copies the old database's log into its file, so that the file alone is complete. A database too damaged to be read
// has nothing to keep; any other failure may be transient, and then the log's contents can still be saved.
Refusal make_whole(const std::string& path) {
    const auto is_hopeless = [](int code) { return code == SQLITE_CORRUPT || code == SQLITE_NOTADB; };
    const auto stays = [&](int code, const std::string& reason) {
        if (code == SQLITE_BUSY) return database_error(path, "another program has it open");
        return database_error(
            path, "its log cannot be copied into it: " + reason + "; to do without it, move both files away");
    };
    Database old;
    if (!open_unknown(old, path, Database::Access::read_write) || !set_log_at_close(old, LogAtClose::copy)) {
        return stays(old.last_code(), old.last_error());
    }
    // A connection that has not read anything does not know of the log and would not copy it.
    if (!old.query_integer("SELECT count(*) FROM sqlite_schema").has_value()) {
        const int code = old.last_code();
        if (is_hopeless(code)) return std::nullopt;
        return stays(code, old.last_error());
    }
    sqlite3_wal_checkpoint_v2(old.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    const int code = old.last_code();
    const std::string reason = old.last_error();
    // The last connection removes the log, if it could be copied.
    (void)set_log_at_close(old, code == SQLITE_OK ? LogAtClose::copy : LogAtClose::keep);
    old.close();
    if (is_hopeless(code)) return std::nullopt;
    if (code != SQLITE_OK) return stays(code, reason);
    if (exists(path + "-wal")) return stays(SQLITE_BUSY, {});
    return std::nullopt;
}

// A log is replayed into whatever database has its name. So it must be gone before the new database gets that name, and
// its contents must be in the old one before it goes. The steps: first the old database becomes one complete file; then
// the logs are removed; once that is on the disk, the new file, complete and synced, takes the place atomically. A
// crash before the last step leaves the old database, a crash after it the new one.
Refusal put_in_place(Draft& draft, const std::string& path) {
    if (exists(path)) {
        if (auto refusal = make_whole(path)) return refusal;
    }
    if (!draft.folder().remove_logs_of(name_of(path))) return system_error("cannot remove the log of", path);
    if (!draft.folder().sync()) return system_error("cannot sync", folder_of(path));
    return draft.move_to(path);
}

}  // namespace

Startup<CopyReport> restore(const std::string& database, const std::string& file, Existing existing, IdSource& ids) {
    const auto place = resolved(database, "storage.path");
    if (!place.has_value()) return place.error();
    const auto source = resolved(file, "FILE");
    if (!source.has_value()) return source.error();
    auto lock = FileLock::take(*place);
    if (!lock.has_value()) return lock.error();
    if (*source == *place) return database_error(*place, "cannot be restored from itself");
    // Drafts and logs are removed on the way.
    if (belongs_to(*place, *source)) {
        return database_error(
            *place, "cannot be restored from " + *source + ", which is one of its own files: rename that file");
    }
    if (auto refusal = has_other_names(*place)) return *refusal;
    // A log alone counts as a database, too: it holds the last commits.
    if (existing == Existing::keep && (exists(*place) || exists(*place + "-wal"))) {
        return database_error(*place, "already exists; --force replaces it");
    }
    const auto files = check_files(*source);
    if (!files.has_value()) return files.error();

    auto draft = Draft::create(*place);
    if (!draft.has_value()) return draft.error();
    if (auto refusal = copy_database(*source, *draft)) return *refusal;
    auto report = check_copy(*draft, *source);
    if (!report.has_value()) return report;
    if (auto refusal = make_new(*draft, *source, ids)) return *refusal;
    if (auto refusal = draft->take_owner_of(*place)) return *refusal;
    if (auto refusal = put_in_place(*draft, *place)) return *refusal;
    report->path = *place;
    return report;
}

}  // namespace notifyd::storage::sqlite
