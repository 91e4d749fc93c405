// What some migrations work out from the rows that are there, where SQL alone would need memory or temporary files in
// proportion to the history.
// Owns:   nothing. Thread: the one that opens the storage, inside the migration's transaction.
// Fails:  false when the database does.
#pragma once

#include "database.hpp"

namespace notifyd::storage {

using MigrationStep = bool (*)(Database&);

// What follows the SQL of that version; nullptr for most.
[[nodiscard]] MigrationStep migration_step(int version);

}  // namespace notifyd::storage
