// A write, defined by what it does to the tables and how it is answered. Everything that is rarely written is a job, so
// that a new kind needs no change to the commit path; messages and connection rows have typed requests (requests.hpp).
#pragma once

#include "notifyd/core/message.hpp"

#include <cstdint>
#include <vector>

namespace notifyd::storage {

struct WriteTables;

// failed: rolled back. refused: never attempted, or the storage has stopped.
enum class Outcome : std::uint8_t { waiting, committed, failed, refused };

// Created and answered on a loop; everything in between happens on the storage thread.
class WriteJob {
  public:
    WriteJob() = default;
    virtual ~WriteJob() = default;
    WriteJob(const WriteJob&) = delete;
    WriteJob& operator=(const WriteJob&) = delete;

    // unknown: the database failed.
    enum class Work : std::uint8_t { some, none, unknown };
    // Whether there is anything to write. A job without work needs no transaction, and write() is not called.
    [[nodiscard]] virtual Work find_work(WriteTables&) { return Work::some; }
    // Runs in a transaction shared with other requests, and again if that is rolled back. Returns false only if the
    // database fails, because that fails all of them: a refusal is an answer.
    [[nodiscard]] virtual bool write(WriteTables& tables) = 0;
    // After the commit, in commit order and before any answer: updates memory that mirrors the tables.
    virtual void committed() noexcept {}
    // After that: adds what this job delivers, in commit order with other jobs, after the transaction's messages.
    virtual void deliver(std::vector<Delivery>&) {}
    // Not called if nobody waits for any request of the turn.
    virtual void answer(Outcome outcome) = 0;
};

}  // namespace notifyd::storage
