#include "notifyd/wire/connections.hpp"

#include "invalid.hpp"
#include "json_writer.hpp"
#include "list_query.hpp"

#include <utility>

namespace notifyd::wire {

namespace {

void append_connection(std::string& out, const ConnectionInfo& connection) {
    append_string_member(out, "{\"connectionId\":", connection.id.get().to_string());
    append_string_member(out, ",\"userId\":", connection.user.get());
    append_time_member(out, ",\"connectedAt\":", connection.connected_at);
    append_time_member(out, ",\"lastActiveAt\":", connection.last_active_at);
    append_string_member(out, ",\"identity\":{\"sourceIp\":", connection.address);
    append_string_member(out, ",\"userAgent\":", connection.user_agent);
    append_topic_array(out += "},\"topics\":", connection.topics);
    out += '}';
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
    std::string text;
    append_connection(text, connection);
    return text;
}

std::string connections_page(std::span<const ConnectionInfo> connections, const std::optional<std::string>& next_key) {
    std::string text;
    append_array(text += "{\"connections\":", connections, append_connection);
    end_page(text, connections.size(), next_key);
    return text;
}

}  // namespace notifyd::wire
