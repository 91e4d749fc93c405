// The last time of the wall clock that retention trusted, kept in `meta`: a start compares the clock with it. The
// newest message would not do, because it may have been stamped by the very clock that leapt.
// Thread: the storage thread, inside its transactions.
// Fails:  false when the database does; forget() must then follow the rollback.
#pragma once

#include "notifyd/core/clock.hpp"

#include "database.hpp"

#include <optional>

namespace notifyd::storage {

class TrustedTime {
  public:
    explicit TrustedTime(Database& database);

    // Retention deletes what has expired, so it trusts the clock. Written every ten minutes.
    [[nodiscard]] bool note(EpochMs now);
    void forget() { written_.reset(); }

  private:
    static constexpr EpochMs interval = 600'000;

    Statement write_;
    std::optional<EpochMs> written_;
};

// What time it was, as far as the database knows; nullopt in `time`: it does not. Until retention has trusted the clock
// once, the newest message has to do.
[[nodiscard]] bool read_last_known_time(Database& database, std::optional<EpochMs>& time);

}  // namespace notifyd::storage
