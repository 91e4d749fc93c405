// Events of sockets and WebSocket connections.
#pragma once

#include "notifyd/observability/event.hpp"

#include <cstdint>
#include <string_view>

namespace notifyd::observability {

struct ConnectionOpened {
    static constexpr EventInfo info{"connection_opened"};

    ConnectionId connection{};
    const UserId& user;
    std::int64_t topics = 0;
    std::string_view address{};
    std::string_view correlation_id{};  // of the upgrade request

    void describe(Fields& fields) const {
        fields.text("correlation_id", correlation_id).connection(connection).user(user);
        fields.number("topics", topics).text("address", address);
    }
};

struct ConnectionClosed {
    static constexpr EventInfo info{"connection_closed"};

    ConnectionId connection{};
    const UserId& user;
    std::uint16_t code = 0;  // ours or the peer's; 1006 if the connection just ended
    double seconds = 0;      // how long it was open

    void describe(Fields& fields) const {
        fields.connection(connection).user(user).number("code", code).real("seconds", seconds);
    }
};

struct ConnectionRefused {
    static constexpr EventInfo info{"connection_refused", LogLevel::info, bounded};

    std::int64_t status = 0;
    std::string_view reason{};  // a short name from a closed set, or the config key of a limit
    std::string_view address{};
    std::string_view correlation_id{};
    std::string_view what{};    // the message that the client got
    std::string_view user{};    // if known
    std::string_view topic{};   // "chat:abc", if the refusal is about one
    std::string_view origin{};  // the page's, if there is one
    // Why the attempt would have been refused if its address had not exceeded the limit.
    std::string_view attempt_reason{};

    void describe(Fields& fields) const {
        fields.text("correlation_id", correlation_id).text("user_id", user).number("status", status);
        fields.text("reason", reason).text("attempt_reason", attempt_reason).topic_text(topic);
        fields.text("origin", origin).text("address", address).text("what", what);
    }
};

// No connection could be accepted, most likely for lack of file descriptors.
struct AcceptFailed {
    static constexpr EventInfo info{"accept_failed", LogLevel::warn};

    std::string_view what{};

    void describe(Fields& fields) const { fields.text("what", what); }
};

// A socket was closed without an answer because there are too many.
struct AcceptRefused {
    static constexpr EventInfo info{"accept_refused", LogLevel::info, bounded};

    std::string_view reason{};  // "server_full", "address_full" or "gave_way"
    std::string_view address{};

    void describe(Fields& fields) const { fields.text("reason", reason).text("address", address); }
};

// A frame of an open WebSocket was answered with an error.
struct FrameRefused {
    static constexpr EventInfo info{"frame_refused", LogLevel::info, bounded};

    ConnectionId connection{};
    const UserId& user;
    std::string_view reason{};
    std::string_view what{};
    std::string_view topic{};
    std::string_view address{};

    void describe(Fields& fields) const {
        fields.connection(connection).user(user).text("reason", reason).topic_text(topic);
        fields.text("address", address).text("what", what);
    }
};

// The connection accepted not a single byte for delivery.stalled_after.
struct DeliveryClosedSlow {
    static constexpr EventInfo info{"delivery_closed_slow", LogLevel::warn};

    ConnectionId connection{};
    const UserId& user;

    void describe(Fields& fields) const { fields.connection(connection).user(user); }
};

// The connection's outbox is full: it gets the topic's fifo messages from the log until it has caught up.
struct DeliveryFellBehind {
    static constexpr EventInfo info{"delivery_fell_behind", LogLevel::debug};

    ConnectionId connection{};
    const UserId& user;
    const TopicName& topic;

    void describe(Fields& fields) const { fields.connection(connection).user(user).topic(topic); }
};

struct DeliveryCaughtUp {
    static constexpr EventInfo info{"delivery_caught_up", LogLevel::debug};

    ConnectionId connection{};
    const UserId& user;
    const TopicName& topic;

    void describe(Fields& fields) const { fields.connection(connection).user(user).topic(topic); }
};

// The messages that the connection was owed cannot be read, and so cannot become dead letters either.
struct DeliveryFailed {
    static constexpr EventInfo info{"delivery_failed", LogLevel::error};

    ConnectionId connection{};
    const UserId& user;
    const TopicName& topic;

    void describe(Fields& fields) const { fields.connection(connection).user(user).topic(topic); }
};

}  // namespace notifyd::observability
