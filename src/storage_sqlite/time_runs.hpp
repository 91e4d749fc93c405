// Table `time_runs`: keeps the log searchable by time although the wall clock may step back.
// A run is a stretch of the log, by position, in which no message was published more than `disorder` before a message
// preceding it. (Concurrent publishers stamp their messages before they meet in a commit, so a little disorder is
// normal.) A clock that is set back begins a new run. A search by time bisects each run that may cover the time; there
// is only one run unless somebody sets the clock.
// Thread: TimeRunTable on the storage thread, inside its transactions; TimeRunReader on one reader thread, inside a
// read transaction.
// Fails:  false if the database fails.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"

#include "database.hpp"

#include <cstddef>
#include <limits>
#include <vector>

namespace notifyd::storage::sqlite {

struct TimeRun {
    Position first = 0;
    Position last = std::numeric_limits<Position>::max();
    // All publish times of the run are within these, and none is more than `disorder` before that of a preceding
    // message.
    EpochMs earliest = 0;
    EpochMs latest = 0;
    EpochMs disorder = 0;
};

class TimeRunTable {
  public:
    // More disorder than this means that the clock was set back.
    static constexpr EpochMs disorder_max = 1'000;
    // Beyond this, the last run takes in every message: a clock that flaps for days makes searches slower, not wrong.
    static constexpr std::size_t runs_max = 4'000;

    explicit TimeRunTable(Database& database);

    // Records that a message got this position. Writes only if a run begins or its disorder grows.
    [[nodiscard]] bool add(Position position, EpochMs published_at);
    // Messages before this position are gone.
    [[nodiscard]] bool drop_in_front_of(Position position);
    // Reads the state from the database: at the start, and after a rollback.
    [[nodiscard]] bool reload();

  private:
    [[nodiscard]] bool begin(Position position, EpochMs published_at);

    Statement last_run_;
    Statement last_message_;
    Statement count_;
    Statement end_;
    Statement begin_;
    Statement widen_;
    Statement drop_;
    std::size_t count_now_ = 0;
    // Of the last run, if there is one:
    Position first_ = 0;
    EpochMs latest_ = 0;  // or later, by no more than the disorder
    EpochMs disorder_ = 0;
};

class TimeRunReader {
  public:
    explicit TimeRunReader(Database& database);

    // The runs that may contain a message published from `from` to `to`, ordered by position.
    [[nodiscard]] bool find(EpochMs from, EpochMs to, std::vector<TimeRun>& runs);

  private:
    Statement all_;
};

}  // namespace notifyd::storage::sqlite
