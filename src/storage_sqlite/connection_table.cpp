// Connection rows.
#include "connection_table.hpp"

namespace notifyd::storage::sqlite {

namespace {

std::string joined(const std::vector<TopicName>& topics) {
    std::string text;
    for (const TopicName& topic : topics) {
        if (!text.empty()) text += '\n';
        text += topic.text();
    }
    return text;
}

}  // namespace

ConnectionTable::ConnectionTable(Database& database)
    : open_(database,
            "INSERT OR REPLACE INTO connections "
            "(id, user, token_id, topics, connected_at, last_ping_at, user_agent, address) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
      change_topics_(database, "UPDATE connections SET topics = ?2 WHERE id = ?1"),
      ping_(database, "UPDATE connections SET last_ping_at = ?2 WHERE id = ?1"),
      close_(database, "DELETE FROM connections WHERE id = ?1") {}

bool ConnectionTable::opened(const ports::ConnectionRow& row) {
    const std::string topics = joined(row.topics);
    return open_.bind_uuid(1, row.id.get())
        .bind_text(2, row.user.get())
        .bind_text(3, row.token_id)
        .bind_text(4, topics)
        .bind(5, row.connected_at)
        .bind(6, row.last_ping_at)
        .bind_text(7, row.user_agent)
        .bind_text(8, row.address)
        .run();
}

bool ConnectionTable::topics_changed(ConnectionId id, const std::vector<TopicName>& topics) {
    const std::string text = joined(topics);
    return change_topics_.bind_uuid(1, id.get()).bind_text(2, text).run();
}

bool ConnectionTable::pinged(ConnectionId id, EpochMs at) {
    return ping_.bind_uuid(1, id.get()).bind(2, at).run();
}

bool ConnectionTable::closed(ConnectionId id) {
    return close_.bind_uuid(1, id.get()).run();
}

bool forget_connections(Database& database) {
    return database.execute("DELETE FROM connections");
}

}  // namespace notifyd::storage::sqlite
