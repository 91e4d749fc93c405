// Opens the database for startup: migrates it, or tells the operator what is wrong with it.
// Thread: any, before the storage is opened.
// Fails:  with one message that names the file: not a database, another program's, newer than this binary, in use, …
#pragma once

#include "notifyd/core/ids.hpp"

#include <boost/system/result.hpp>

#include <string>

namespace notifyd::storage {

struct StartupError {
    std::string sentence;
};

template <class T>
class [[nodiscard]] Startup : public boost::system::result<T, StartupError> {
  public:
    using boost::system::result<T, StartupError>::result;
};

// Versions of the schema; 0: there was no database.
struct MigrationReport {
    int from = 0;
    int to = 0;
};

// Creates the database or brings it up to this binary's schema. Refused while a server has it open.
[[nodiscard]] Startup<MigrationReport> migrate(const std::string& path, IdSource& ids);

}  // namespace notifyd::storage
