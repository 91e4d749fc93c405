// Copies of the database: made while the server may be running, and restored while it is not.
// Thread: any; for commands, takes as long as the disk needs.
// Fails:  with one message; the target is then unchanged, and no partial copy is left.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/storage/startup.hpp"

#include <cstdint>
#include <string>

namespace notifyd::storage::sqlite {

struct CopyReport {
    std::string path;
    std::uint64_t bytes = 0;
    std::int64_t messages = 0;
};

// Makes one consistent, checked file of everything that was acknowledged before the call, whether a server is running
// or not. Never replaces a file.
[[nodiscard]] Startup<CopyReport> backup(const std::string& database, const std::string& file);

enum class Existing : std::uint8_t { keep, replace };

// Puts a migrated copy of `file` in the database's place, with a new epoch: clients must not mistake its numbers for
// those of the database they knew. Refused while a server is running, and with Existing::keep if there is a database.
[[nodiscard]] Startup<CopyReport> restore(const std::string& database,
                                          const std::string& file,
                                          Existing existing,
                                          IdSource& ids);

}  // namespace notifyd::storage::sqlite
