// Implements `notifyd backup`.
#include "notifyd/storage_sqlite/backup.hpp"

#include "database_copy.hpp"
#include "database_file.hpp"

namespace notifyd::storage::sqlite {

Startup<CopyReport> backup(const std::string& database, const std::string& file) {
    const auto source = resolved(database, "storage.path");
    if (!source.has_value()) return source.error();
    const auto target = resolved(file, "FILE");
    if (!target.has_value()) return target.error();
    if (is_folder(*target)) return StartupError{*target + " is a folder: name a file in it"};
    if (exists(*target)) return StartupError{*target + " already exists: a backup never replaces a file"};
    if (belongs_to(*source, *target)) return StartupError{*target + " is a name reserved for the database's own files"};
    if (auto refusal = has_other_names(*source)) return *refusal;
    const auto files = check_files_in_use(*source);
    if (!files.has_value()) return files.error();

    // Only one backup at a time creates this file, and may remove what an interrupted one left. A lock on the draft
    // itself would interfere with SQLite on a network file system, where all locks are of one kind.
    const auto lock = FileLock::take(*target, FileLock::AtEnd::remove);
    if (!lock.has_value()) return lock.error();
    auto draft = Draft::create(*target);
    if (!draft.has_value()) return draft.error();
    if (auto refusal = copy_database(*source, *draft)) return *refusal;
    auto report = check_copy(*draft, *source);
    if (!report.has_value()) return report;
    if (auto refusal = draft->move_to_free(*target)) return *refusal;
    report->path = *target;
    return report;
}

}  // namespace notifyd::storage::sqlite
