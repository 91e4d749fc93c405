// The continuous clock's offset, kept in `meta` so that windows and lifetimes stay right if the wall clock is set and
// the server restarts.
// Thread: the storage thread, inside its transactions.
// Fails:  false or nullopt if the database fails; forget() must then follow the rollback.
#pragma once

#include "notifyd/core/continuous_clock.hpp"

#include "database.hpp"

#include <optional>

namespace notifyd::storage::sqlite {

class ClockOffset {
  public:
    // `kept`: the offset in the database.
    ClockOffset(Database& database, const ContinuousClock& clock, Milliseconds kept);

    // At the beginning of every transaction: writes the offset if the wall clock has been set.
    [[nodiscard]] bool follow();
    // After a commit.
    void keep() { kept_ = written_; }
    // After a rollback.
    void forget() { written_ = kept_; }

  private:
    // How far the two clocks may drift apart before the wall clock counts as set.
    static constexpr Milliseconds drift_max{1'000};

    const ContinuousClock& clock_;
    Statement write_;
    Milliseconds kept_;
    Milliseconds written_;  // in the current transaction
};

struct StoredOffset {
    Milliseconds kept{0};
    // With this offset, the clock is not behind any timestamp it has issued: time does not go back, even if the wall
    // clock was set back while the server was down.
    Milliseconds to_start_with{0};
};

// Reads the state that the last process left. nullopt: the database failed.
[[nodiscard]] std::optional<StoredOffset> read_clock_offset(Database& database, EpochMs wall_now);

}  // namespace notifyd::storage::sqlite
