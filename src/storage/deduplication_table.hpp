// Table `deduplication`: the first message of every key inside the window (SPEC §4.3).
// Owns:   the count of keys inserted by the present transaction, and by how much it has shifted the rows.
// Thread: the storage thread, inside its transactions.
// Fails:  false when the database does; forget() must then follow the rollback.
//
// Time is the wall clock at the start plus the steady time since. When somebody sets the clock, the rows are shifted
// along: so they always carry its time, and neither the step nor a restart after it closes the window or opens it
// again.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/ports/message_log.hpp"

#include "database.hpp"

#include <cstddef>

namespace notifyd::storage {

class DeduplicationTable {
  public:
    // A window of 0: keys are ignored.
    DeduplicationTable(Database& database, Milliseconds window, const Clock& clock);

    // Before anything else. A row of the future (the clock was set back while nobody ran) would be remembered for as
    // long as that lasts: its window begins now.
    [[nodiscard]] bool open();
    // Whether the message has a key that counts.
    [[nodiscard]] bool guards(const Message& message) const {
        return window_ > Milliseconds::zero() && message.deduplication.has_value();
    }
    // Fills `appended` with the first message of the key, if there is one inside the window.
    [[nodiscard]] bool find(const DeduplicationKey& key, ports::Appended& appended);
    // The message was stored and is the first of its key.
    [[nodiscard]] bool insert(const Message& message, Sequence sequence);
    // Deletes expired rows: to be called before the commit. Two for every row inserted, so that they grow fewer.
    [[nodiscard]] bool expire_inserted();
    [[nodiscard]] bool expire(std::size_t rows_max);
    // At the beginning of every transaction: when the wall clock was set, shifts the rows by as much.
    [[nodiscard]] bool follow_clock();
    // The transaction was committed.
    void keep() { shifted_ = 0; }
    // The transaction was rolled back.
    void forget();

  private:
    // What the two clocks may differ by without anybody having set one.
    static constexpr EpochMs skew_max = 1'000;

    [[nodiscard]] EpochMs now() const;

    const Milliseconds window_;
    const Clock& clock_;
    EpochMs start_;
    const SteadyTime steady_start_;
    Statement find_;
    Statement insert_;
    Statement expire_;
    Statement shift_;
    Statement end_future_;
    std::size_t inserted_ = 0;
    EpochMs shifted_ = 0;  // by the present transaction
};

}  // namespace notifyd::storage
