// The steps by version.
#include "migration_steps.hpp"

#include "time_runs.hpp"

namespace notifyd::storage::sqlite {

namespace {

// 0008: finds the log's runs and the last row that is older than the checksums, in one pass over the log.
bool find_time_runs(Database& database) {
    TimeRunTable runs(database);
    Statement rows(database, "SELECT position, published_at, checksum IS NULL FROM messages ORDER BY position");
    Position unchecked_up_to = 0;
    Step step = rows.step();
    for (; step == Step::row; step = rows.step()) {
        const Position position = rows.integer(0);
        if (!runs.add(position, rows.integer(1))) return false;
        if (rows.integer(2) != 0) unchecked_up_to = position;
    }
    if (step != Step::done) return false;
    if (unchecked_up_to == 0) return true;
    Statement remember(database, "INSERT INTO meta (key, value) VALUES ('unchecked_up_to', ?1)");
    return remember.bind(1, unchecked_up_to).run();
}

}  // namespace

MigrationStep migration_step(int version) {
    return version == 8 ? find_time_runs : nullptr;
}

}  // namespace notifyd::storage::sqlite
