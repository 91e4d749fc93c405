#include "notifyd/wire/connections.hpp"

#include "invalid.hpp"
#include "list_query.hpp"
#include "object_writer.hpp"

#include <ranges>
#include <utility>

namespace notifyd::wire {

namespace {

void write_identity(ObjectWriter& object, const ConnectionInfo& connection) {
    object.text("sourceIp", connection.address).text("userAgent", connection.user_agent);
}

void write_connection(ObjectWriter& object, const ConnectionInfo& connection) {
    object.text("connectionId", connection.id.get().to_string())
        .text("userId", connection.user.get())
        .time("connectedAt", connection.connected_at)
        .time("lastActiveAt", connection.last_active_at)
        .object("identity", connection, write_identity)
        .texts("topics", std::views::transform(connection.topics, &TopicName::text));
}

}  // namespace

Result<ConnectionsQuery> parse_connections_query(const QueryParameters& parameters) {
    auto list = read_list_query(parameters);
    if (list.has_error()) return list.error();
    return ConnectionsQuery{std::move(list->user), std::move(list->topic), list->limit, std::move(list->start_key)};
}

Result<void> check_posted_frame(std::string_view body) {
    if (!is_valid_utf8(body)) return invalid("The body must be UTF-8 text");
    return {};
}

std::string connection_reply(const ConnectionInfo& connection) {
    JsonReply reply;
    write_connection(reply, connection);
    return reply.take();
}

std::string connections_page(std::span<const ConnectionInfo> connections, const std::optional<std::string>& next_key) {
    return page_reply("connections", connections, write_connection, next_key);
}

}  // namespace notifyd::wire
