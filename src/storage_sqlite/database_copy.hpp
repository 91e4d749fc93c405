// Copies a database that is in use, and checks such a copy.
// Thread: a command's. Fails: with a message.
#pragma once

#include "notifyd/storage_sqlite/backup.hpp"

#include "database_check.hpp"
#include "draft.hpp"
#include "migrator.hpp"

#include <string>

namespace notifyd::storage::sqlite {

// Copies one consistent snapshot of `source`, log included, into the empty draft, as a single file without a log. Only
// reads: the source is neither written nor checkpointed, not even if this is its last connection.
[[nodiscard]] Refusal copy_database(const std::string& source, const Draft& draft);

// Reads the copy from the first page to the last: it must be intact, not newer than this binary, and have an epoch.
// `shown_path` is the file that the message names.
[[nodiscard]] Startup<CopyReport> check_copy(const Draft& draft, const std::string& shown_path);

}  // namespace notifyd::storage::sqlite
