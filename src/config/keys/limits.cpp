// [limits] and [connections].
#include "common_readers.hpp"
#include "sections.hpp"

namespace notifyd::config {

namespace {

// Destroying a JSON value uses stack in proportion to its depth.
constexpr std::size_t json_depth_max = 256;
constexpr std::size_t message_bytes_max = 64_MiB;
constexpr std::size_t buffer_bytes_max = 1024_MiB;
constexpr std::size_t body_memory_max = 1024 * 1024_MiB;

}  // namespace

Section limits_section() {
    constexpr auto section = &Config::limits;
    return {
        "limits",
        "0 switches a limit off.",
        {
            key<section, &Limits::max_connections>("limits.max_connections", limit())
                .live()
                .doc("Open connections in total."),
            key<section, &Limits::max_message>("limits.max_message", size(message_bytes_max))
                .live()
                .doc("One message, and one frame from a client."),
            key<section, &Limits::max_batch>("limits.max_batch", size(buffer_bytes_max))
                .live()
                .doc("The body of POST /publish/batch."),
            key<section, &Limits::json_depth>("limits.json_depth", count(0, json_depth_max))
                .live()
                .doc("Nesting depth of JSON."),
            key<section, &Limits::topics_per_connection>("limits.topics_per_connection", limit())
                .live()
                .doc("Topics that a connection may be subscribed to, not counting its user's own."),
            key<section, &Limits::messages_per_second>("limits.messages_per_second", limit())
                .live()
                .doc(R"(Messages per second from one connection, and from one user over all HTTP requests. HTTP
                    requests with the service or admin grant are not limited.)"),
            key<section, &Limits::message_burst>("limits.message_burst", limit())
                .live()
                .doc("Messages that may be sent at once before that rate applies."),
            key<section, &Limits::subscribes_per_minute>("limits.subscribes_per_minute", limit())
                .live()
                .doc("Subscribe and unsubscribe requests per connection and minute."),
            key<section, &Limits::connects_per_minute_per_ip>("limits.connects_per_minute_per_ip", limit())
                .live()
                .doc(R"(Refused attempts to open a WebSocket (401, 403) per address (IPv6: per /64) in any minute.
                    Beyond it, a refused attempt gets 429 with Retry-After; a valid token is still accepted. One
                    address may hold a quarter of all sockets, at least 64. 0 = no limits by address.)"),
            key<section, &Limits::connects_per_minute_per_user>("limits.connects_per_minute_per_user", limit())
                .live()
                .doc(R"(WebSockets that one user may open in any minute, over all addresses; beyond it, 429 with
                    Retry-After.)"),
            key<section, &Limits::http_idle_timeout>("limits.http_idle_timeout", time_limit())
                .live()
                .doc(R"(How long an HTTP connection that has presented a valid token may wait for its next request;
                    others get 10 seconds, or this if it is less. When all sockets are taken, the connection that
                    has been idle longest is closed earlier.)"),
            key<section, &Limits::body_memory>("limits.body_memory", size(body_memory_max))
                .live()
                .doc(R"(Memory for request bodies and for messages that arrive in fragments, in total: each
                    reserves its size before it is read, until it has been answered. Beyond it, a request gets
                    503. At least max_batch; bodies of up to 16 KiB are not counted.)"),
            key<section, &Limits::body_memory_per_user>("limits.body_memory_per_user", size(body_memory_max))
                .live()
                .doc("The same for one user; beyond it, a request gets 429."),
            key<section, &Limits::permission_writes_per_minute>("limits.permission_writes_per_minute", limit())
                .live()
                .doc(R"(Grants and revocations by one user in any minute, over all event loops; beyond it, 429 with
                    Retry-After. Admin tokens are not limited.)"),
            key<section, &Limits::permissions_per_topic>("limits.permissions_per_topic", limit())
                .live()
                .doc("Permissions on one topic; beyond it, a grant gets 409. Replacing a role is always possible."),
            key<section, &Limits::permissions_per_user>("limits.permissions_per_user", limit())
                .live()
                .doc("Permissions of one user; beyond it, a grant gets 409."),
            key<section, &Limits::dead_letters_per_user>("limits.dead_letters_per_user", limit())
                .at_restart()
                .doc(R"(Dead letters kept for one user, and 4 KiB for each of them in total; beyond it, the user's
                    oldest are deleted.)"),
            key<section, &Limits::outbound_buffer>("limits.outbound_buffer", size(buffer_bytes_max))
                .at_restart()
                .doc("Bytes that may wait for one slow connection."),
            key<section, &Limits::queue_length>("limits.queue_length", limit())
                .at_restart()
                .doc("Messages that may wait in one queue; beyond it, a publish gets 503."),
        },
    };
}

Section connections_section() {
    constexpr auto section = &Config::connections;
    return {
        "connections",
        "",
        {
            key<section, &Connections::max_per_user>("connections.max_per_user", limit())
                .live()
                .doc("Open connections of one user."),
            key<section, &Connections::on_limit>(
                "connections.on_limit",
                one_of<OnLimit>({{"reject", OnLimit::reject}, {"close_oldest", OnLimit::close_oldest}}))
                .live()
                .doc(R"(What happens to one more connection: "reject" answers it with 429, "close_oldest" closes
                    the user's oldest one with 4409.)"),
            key<section, &Connections::ping_interval>("connections.ping_interval", time_limit())
                .live()
                .doc("How often the server sends a ping; must be below idle_timeout."),
            key<section, &Connections::idle_timeout>("connections.idle_timeout", time_limit())
                .live()
                .doc("Closes a connection from which nothing at all was received for this long."),
            key<section, &Connections::max_age>("connections.max_age", time_limit())
                .live()
                .doc("Closes a connection this long after it was opened."),
            key<section, &Connections::close_on_token_expiry>("connections.close_on_token_expiry", flag())
                .live()
                .restriction()
                .doc("Closes a connection when the token that opened it expires."),
            key<section, &Connections::handshake_timeout>("connections.handshake_timeout", time_limit())
                .live()
                .doc("From accepting the TCP connection to the end of the upgrade."),
            key<section, &Connections::compression>("connections.compression", flag())
                .live()
                .doc("Offers permessage-deflate."),
        },
    };
}

}  // namespace notifyd::config
