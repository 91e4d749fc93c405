// One reader's connection to the database. Each read is a transaction of its own that sees one state of all tables.
// Thread: one reader thread.
#pragma once

#include "notifyd/storage/read_tables.hpp"

#include <string>

namespace notifyd::storage {

class ReadSession {
  public:
    ReadSession() = default;
    virtual ~ReadSession() = default;
    ReadSession(const ReadSession&) = delete;
    ReadSession& operator=(const ReadSession&) = delete;

    // False: the database failed, see failure(). roll_back() must follow.
    [[nodiscard]] virtual bool begin() = 0;
    // Also false if a read since begin() has failed.
    [[nodiscard]] virtual bool end() = 0;
    // Does nothing if there is no transaction any more.
    virtual void roll_back() = 0;
    // Of the last call, for the log.
    [[nodiscard]] virtual std::string failure() const = 0;

    [[nodiscard]] virtual ReadTables& tables() = 0;
};

}  // namespace notifyd::storage
