// Creates or migrates the database without serving it: `notifyd migrate`.
// Thread: any, while the database is not open.
// Fails:  with one message that names the file: not a database, another program's, newer than this binary, in use, …
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/storage/startup.hpp"

#include <string>

namespace notifyd::storage::sqlite {

// Versions of the schema; 0: there was no database.
struct MigrationReport {
    int from = 0;
    int to = 0;
};

// Creates the database or brings it up to this binary's schema. Refused while a server has it open.
[[nodiscard]] Startup<MigrationReport> migrate(const std::string& path, IdSource& ids);

}  // namespace notifyd::storage::sqlite
