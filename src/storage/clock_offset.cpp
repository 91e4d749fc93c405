// One number in `meta`.
#include "clock_offset.hpp"

#include "notifyd/core/uuid.hpp"

#include <algorithm>

namespace notifyd::storage {

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
    Statement newest(database,
                     "SELECT max(coalesce((SELECT max(first_at) FROM deduplication), 0), "
                     "coalesce((SELECT max(issued_at) FROM tickets), 0))");
    Statement newest_letter(database, "SELECT id FROM dead_letters ORDER BY id DESC LIMIT 1");
    StoredOffset stored;
    const Step found = kept.step();
    if (found == Step::failed || newest.step() != Step::row) return std::nullopt;
    if (found == Step::row) stored.kept = Milliseconds(kept.integer(0));
    EpochMs stamped_up_to = newest.integer(0);
    const Step letter = newest_letter.step();
    if (letter == Step::failed) return std::nullopt;
    if (letter == Step::row) stamped_up_to = std::max(stamped_up_to, uuid_v7_epoch_ms(newest_letter.uuid(0)));
    // A stamp that no clock of ours has made is damage, not time.
    stamped_up_to = std::min(stamped_up_to, stamp_max);
    stored.to_start_with = std::max(stored.kept, Milliseconds(stamped_up_to - wall_now));
    return stored;
}

}  // namespace notifyd::storage
