// What applies to all tables: construction, rollback, and the report of a commit.
#include "tables.hpp"

#include "notifyd/observability/events/messages.hpp"

#include <cstdint>

namespace notifyd::storage::sqlite {

Tables::Tables(Database& database, const TableSettings& settings, const Clock& clock, const ContinuousClock& continuous)
    : trusted_time(database),
      messages(database, settings.history),
      empty_topics(database, messages.topics()),
      deduplication(database, settings.deduplication_window, continuous),
      permissions(database),
      blocks(database),
      connections(database),
      letters(database, settings.history, settings.letters),
      tickets(database),
      inboxes(database),
      choices(database),
      postings(database),
      read_positions(database, messages.topics()),
      free_pages(database),
      expiry(clock, trusted_time, messages, empty_topics, deduplication) {}

void Tables::forget() {
    trusted_time.forget();
    deduplication.forget();
    permissions.forget();
    letters.forget();
}

void Tables::report(observability::Events& events) {
    for (const GaveWay& gave_way : letters.take_gave_way()) {
        const bool table_full = gave_way.why == GaveWay::Why::table_full;
        events.emit(observability::DeadLettersGaveWay{.user = gave_way.user,
                                                      .queue = gave_way.queue,
                                                      .letters = static_cast<std::int64_t>(gave_way.letters),
                                                      .reason = table_full ? "table_full" : "recipient_full"});
    }
}

}  // namespace notifyd::storage::sqlite
