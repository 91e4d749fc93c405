// Table `deduplication`: the first message of every key inside the window (docs/protocol.md#deduplication).
// Thread: the storage thread, inside its transactions.
// Fails:  false when the database does; forget() must then follow the rollback.
//
// Times are the continuous clock's: when somebody sets the wall clock, neither the step nor a restart after it closes
// the window or opens it again.
#pragma once

#include "notifyd/core/continuous_clock.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/ports/message_log.hpp"

#include "database.hpp"

#include <cstddef>
#include <optional>

namespace notifyd::storage {

class DeduplicationTable {
  public:
    // A window of 0: keys are ignored.
    DeduplicationTable(Database& database, Milliseconds window, const ContinuousClock& clock);

    // Whether the message has a key that counts.
    [[nodiscard]] bool guards(const Message& message) const {
        return window_ > Milliseconds::zero() && message.deduplication.has_value();
    }
    // Fills `appended` with the first message of the key, if there is one inside the window.
    [[nodiscard]] bool find(const DeduplicationKey& key, ports::Appended& appended);
    // The message was stored and is the first of its key.
    [[nodiscard]] bool insert(const Message& message, Sequence sequence);
    // Deletes expired rows, two for every row inserted, so that their number falls. To be called before the commit.
    [[nodiscard]] bool expire_inserted();
    [[nodiscard]] bool expire(std::size_t rows_max);
    // The transaction was rolled back.
    void forget() { inserted_ = 0; }

  private:
    const Milliseconds window_;
    const ContinuousClock& clock_;
    Statement find_;
    Statement insert_;
    Statement expire_;
    std::size_t inserted_ = 0;
};

// When the newest key was first seen; 0: there is none; nullopt: the database failed.
[[nodiscard]] std::optional<EpochMs> newest_key_seen_at(Database& database);

}  // namespace notifyd::storage
