// The offset as a number in `meta`.
#include "clock_offset.hpp"

#include "dead_letter_table.hpp"
#include "deduplication_table.hpp"
#include "ticket_table.hpp"

#include <algorithm>

namespace notifyd::storage::sqlite {

namespace {

// The end of the year 9999.
constexpr EpochMs stamp_max = 253'402'300'799'000;

}  // namespace

ClockOffset::ClockOffset(Database& database, const ContinuousClock& clock, Milliseconds kept)
    : clock_(clock),
      write_(database,
             "INSERT INTO meta (key, value) VALUES ('clock_offset', ?1) "
             "ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
      kept_(kept),
      written_(kept) {}

bool ClockOffset::follow() {
    const Milliseconds offset = clock_.offset();
    if (-drift_max <= offset - written_ && offset - written_ <= drift_max) return true;
    written_ = offset;
    return write_.bind(1, offset.count()).run();
}

std::optional<StoredOffset> read_clock_offset(Database& database, EpochMs wall_now) {
    Statement kept(database, "SELECT value FROM meta WHERE key = 'clock_offset'");
    StoredOffset stored;
    const Step found = kept.step();
    if (found == Step::failed) return std::nullopt;
    // Stop at the first failure, so that the database's last error is the one that belongs to it.
    const auto key = newest_key_seen_at(database);
    const auto ticket = key ? newest_ticket_issued_at(database) : std::nullopt;
    const auto letter = ticket ? newest_letter_made_at(database) : std::nullopt;
    if (!letter) return std::nullopt;
    if (found == Step::row) stored.kept = Milliseconds(kept.integer(0));
    // A timestamp that none of our clocks can have issued is damage, not time.
    const EpochMs stamped_up_to = std::min(std::max({*key, *ticket, *letter}), stamp_max);
    stored.to_start_with = std::max(stored.kept, Milliseconds(stamped_up_to - wall_now));
    return stored;
}

}  // namespace notifyd::storage::sqlite
