// The time as a number in `meta`.
#include "trusted_time.hpp"

#include "message_table.hpp"

namespace notifyd::storage::sqlite {

TrustedTime::TrustedTime(Database& database)
    : write_(database,
             "INSERT INTO meta (key, value) VALUES ('trusted_time', ?1) "
             "ON CONFLICT (key) DO UPDATE SET value = excluded.value") {}

bool TrustedTime::note(EpochMs now) {
    if (written_.has_value() && now - *written_ < interval && *written_ <= now) return true;
    written_ = now;
    return write_.bind(1, now).run();
}

bool read_last_known_time(Database& database, std::optional<EpochMs>& time) {
    time = database.query_integer("SELECT value FROM meta WHERE key = 'trusted_time'");
    if (!time.has_value() && !database.has_failed()) {
        time = newest_message_published_at(database);
    }
    return time.has_value() || !database.has_failed();
}

}  // namespace notifyd::storage::sqlite
