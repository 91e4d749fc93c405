// Migration steps that compute something from the existing rows, for which SQL alone would need memory or temporary
// files in proportion to the history.
// Thread: the one that opens the storage, inside the migration's transaction. Fails: false if the database fails.
#pragma once

#include "database.hpp"

namespace notifyd::storage::sqlite {

using MigrationStep = bool (*)(Database&);

// The step that follows the SQL of this version; nullptr for most.
[[nodiscard]] MigrationStep migration_step(int version);

}  // namespace notifyd::storage::sqlite
