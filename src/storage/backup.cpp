// notifyd backup.
#include "notifyd/storage/backup.hpp"

#include "database_copy.hpp"
#include "database_file.hpp"

namespace notifyd::storage {

Startup<CopyReport> backup(const std::string& database, const std::string& file) {
    const auto source = resolved(database, "storage.path");
    if (!source.has_value()) return source.error();
    const auto target = resolved(file, "FILE");
    if (!target.has_value()) return target.error();
    if (is_folder(*target)) return StartupError{*target + " is a folder: name a file in it"};
    if (exists(*target)) return StartupError{*target + " is there already: a backup replaces nothing"};
    if (belongs_to(*source, *target)) return StartupError{*target + " is a name that the database keeps for itself"};
    if (auto refusal = has_other_names(*source)) return *refusal;
    const auto files = check_files_in_use(*source);
    if (!files.has_value()) return files.error();

    // One backup at a time makes this file, and may remove what an interrupted one left. A lock on the draft itself
    // would be in SQLite's way on a network file system, where all locks are of one sort.
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

}  // namespace notifyd::storage
