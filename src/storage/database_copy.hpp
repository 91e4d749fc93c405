// A database copied while others write it, and the check of such a copy.
// Owns:   nothing.
// Thread: a command's.
// Fails:  with a sentence.
#pragma once

#include "notifyd/storage/backup.hpp"

#include "database_check.hpp"
#include "draft.hpp"
#include "migrator.hpp"

#include <string>

namespace notifyd::storage {

// One consistent snapshot of `source`, its log included, into the empty draft: one file that needs no log. Only reads:
// the source is neither written nor checkpointed, not even when this connection is its last.
[[nodiscard]] Refusal copy_database(const std::string& source, const Draft& draft);

// Reads the copy from its first page to its last: whole, not newer than this binary, with an epoch. `told` is the file
// that the sentence names.
[[nodiscard]] Startup<CopyReport> check_copy(const Draft& draft, const std::string& told);

}  // namespace notifyd::storage
