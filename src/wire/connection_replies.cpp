// Encoding of connections.
#include "notifyd/wire/connection_replies.hpp"

#include "json_writer.hpp"

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

std::string connection_reply(const ConnectionInfo& connection) {
    std::string text;
    append_connection(text, connection);
    return text;
}

std::string connections_page(std::span<const ConnectionInfo> connections, const std::optional<std::string>& next_key) {
    std::string text = "{\"connections\":[";
    for (const ConnectionInfo& connection : connections) {
        if (&connection != connections.data()) text += ',';
        append_connection(text, connection);
    }
    append_number_member(text, "],\"count\":", connections.size());
    if (next_key) append_string_member(text, ",\"nextStartKey\":", *next_key);
    return text += '}';
}

}  // namespace notifyd::wire
