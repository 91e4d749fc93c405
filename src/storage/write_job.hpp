// A write of which the storage need know no more than this: what it does to the tables, and how it is answered. For all
// that is written rarely; what comes with every message or connection has a request of its own (requests.hpp).
// Owns:   its values.
// Thread: made on a loop, written by the storage thread, answered on the loop.
// Fails:  write: false when the database does.
#pragma once

#include "block_table.hpp"
#include "database.hpp"

#include <cstdint>

namespace notifyd::storage {

// failed: rolled back. refused: never tried, or the storage has stopped.
enum class Outcome : std::uint8_t { waiting, committed, failed, refused };

// The tables that jobs write.
struct JobTables {
    explicit JobTables(Database& database) : blocks(database) {}

    BlockTable blocks;
};

class WriteJob {
  public:
    WriteJob() = default;
    virtual ~WriteJob() = default;
    WriteJob(const WriteJob&) = delete;
    WriteJob& operator=(const WriteJob&) = delete;

    // Inside a transaction with others; once more if that was rolled back.
    [[nodiscard]] virtual bool write(JobTables& tables) = 0;
    // On the storage thread, in commit order and before any answer: for memory that follows the disk.
    virtual void committed() {}
    virtual void answer(Outcome outcome) = 0;
};

}  // namespace notifyd::storage
