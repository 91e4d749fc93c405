// Table `deduplication`: the first message of every key within the window (docs/protocol.md#deduplication).
// Thread: the storage thread, inside its transactions.
// Fails:  false if the database fails; forget() must then follow the rollback.
// Times are those of the continuous clock, so that setting the wall clock, even with a restart afterwards, neither
// closes the window nor opens it again.
#pragma once

#include "notifyd/core/continuous_clock.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/ports/message_log.hpp"

#include "database.hpp"

#include <cstddef>
#include <optional>

namespace notifyd::storage::sqlite {

class DeduplicationTable {
  public:
    // With a window of 0, keys are ignored.
    DeduplicationTable(Database& database, Milliseconds window, const ContinuousClock& clock);

    // Whether the message has a key that counts.
    [[nodiscard]] bool guards(const Message& message) const {
        return window_ > Milliseconds::zero() && message.deduplication.has_value();
    }
    // Fills `appended` with the first message of the key, if there is one within the window.
    [[nodiscard]] bool find(const DeduplicationKey& key, ports::Appended& appended);
    // Records a stored message as the first of its key.
    [[nodiscard]] bool insert(const Message& message, Sequence sequence);
    // Deletes two expired rows for every row inserted, so that their number falls. Must be called before the commit.
    [[nodiscard]] bool expire_inserted();
    [[nodiscard]] bool expire(std::size_t rows_max);
    // After a rollback.
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

}  // namespace notifyd::storage::sqlite
