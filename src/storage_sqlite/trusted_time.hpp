// The last wall-clock time that retention trusted, kept in `meta`; the next start compares the clock with it. The
// newest message would not do, because it may have been stamped by the very clock that jumped.
// Thread: the storage thread, inside its transactions.
// Fails:  false if the database fails; forget() must then follow the rollback.
#pragma once

#include "notifyd/core/clock.hpp"

#include "database.hpp"

#include <optional>

namespace notifyd::storage::sqlite {

class TrustedTime {
  public:
    explicit TrustedTime(Database& database);

    // Retention deletes what has expired, so it trusts the clock. Written at most every ten minutes.
    [[nodiscard]] bool note(EpochMs now);
    void forget() { written_.reset(); }

  private:
    static constexpr EpochMs interval = 600'000;

    Statement write_;
    std::optional<EpochMs> written_;
};

// The last time that the database knows; nullopt in `time` if it knows none. Until retention has trusted the clock
// once, the newest message's time is used.
[[nodiscard]] bool read_last_known_time(Database& database, std::optional<EpochMs>& time);

}  // namespace notifyd::storage::sqlite
