// What applies to all tables: construction, rollback, and the report of a commit.
#include "write_tables.hpp"

#include "notifyd/observability/events/messages.hpp"

#include <cstdint>

namespace notifyd::storage {

WriteTables::WriteTables(Database& database,
                         const TableSettings& settings,
                         const Clock& wall_clock,
                         const ContinuousClock& continuous)
    : clock(wall_clock),
      trusted_time(database),
      messages(database, settings.history),
      empty_topics(database, messages.topics()),
      deduplication(database, settings.deduplication_window, continuous),
      permissions(database),
      blocks(database),
      connections(database),
      letters(database, settings.history, settings.letters),
      tickets(database),
      free_pages(database) {}

void WriteTables::forget() {
    trusted_time.forget();
    deduplication.forget();
    permissions.forget();
    letters.forget();
}

void WriteTables::report(observability::Events& events) {
    for (const GaveWay& gave_way : letters.take_gave_way()) {
        const bool table_full = gave_way.why == GaveWay::Why::table_full;
        events.emit(observability::DeadLettersGaveWay{.user = gave_way.user,
                                                      .queue = gave_way.queue,
                                                      .letters = static_cast<std::int64_t>(gave_way.letters),
                                                      .reason = table_full ? "table_full" : "recipient_full"});
    }
}

}  // namespace notifyd::storage
