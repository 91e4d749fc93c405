// A write described by what it does to the tables and how it is answered. Everything that is written rarely is a job,
// so a new one needs no change to the commit path; messages and connection rows have typed requests (requests.hpp).
#pragma once

#include <cstdint>

namespace notifyd::storage {

struct WriteTables;

// failed: rolled back. refused: never tried, or the storage has stopped.
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
    // Whether there is anything to write. A job without work costs no transaction, and write() is not called.
    [[nodiscard]] virtual Work find_work(WriteTables&) { return Work::some; }
    // Runs in a transaction that it shares with other requests, and again if that was rolled back. Returns false only
    // if the database fails, because then all of them fail: a refusal is an answer.
    [[nodiscard]] virtual bool write(WriteTables& tables) = 0;
    // After the commit, in commit order and before any answer: updates memory that mirrors the tables.
    virtual void committed() noexcept {}
    // Not called if every request of the turn is one that nobody waits for.
    virtual void answer(Outcome outcome) = 0;
};

}  // namespace notifyd::storage
