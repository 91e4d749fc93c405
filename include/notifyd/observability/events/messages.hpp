// Events of single messages and of dead letters.
#pragma once

#include "notifyd/observability/event.hpp"

#include <cstdint>
#include <string_view>

namespace notifyd::observability {

struct MessagePublished {
    static constexpr EventInfo info{"message_published", LogLevel::info, sampled};

    MessageId message{};
    const TopicName& topic;
    MessageType type = MessageType::standard;
    Sequence sequence = 0;
    const UserId& user;
    std::string_view correlation_id{};

    void describe(Fields& fields) const {
        fields.text("correlation_id", correlation_id).user(user).message(message);
        fields.topic(topic).sequence(sequence).text("message_type", to_string(type));
    }
};

struct MessageDelivered {
    static constexpr EventInfo info{"message_delivered", LogLevel::info, sampled};

    MessageId message{};
    const TopicName& topic;
    Sequence sequence = 0;
    std::int64_t recipients = 0;
    double latency_ms = 0;  // from the publish to the hand-over to the sockets

    void describe(Fields& fields) const {
        fields.message(message).topic(topic).sequence(sequence);
        fields.real("latency_ms", latency_ms).number("recipients", recipients);
    }
};

struct MessageUndelivered {
    static constexpr EventInfo info{"message_undelivered", LogLevel::debug};

    MessageId message{};
    const TopicName& topic;
    std::string_view reason = "no_recipient";

    void describe(Fields& fields) const { fields.message(message).topic(topic).text("reason", reason); }
};

// A frame about something that is stored elsewhere, such as a notification, did not reach a connection. The client
// finds it in its inbox, or when it connects again.
struct NoticeUndelivered {
    static constexpr EventInfo info{"notice_undelivered", LogLevel::info, sampled};

    MessageId message{};
    const TopicName& topic;
    ConnectionId connection{};
    const UserId& user;
    std::string_view reason{};

    void describe(Fields& fields) const {
        fields.message(message).topic(topic).connection(connection).user(user).text("reason", reason);
    }
};

// A user's pending notifications could not be read for a connection. They stay pending until the next connect.
struct PendingReplayFailed {
    static constexpr EventInfo info{"pending_replay_failed", LogLevel::warn, bounded};

    ConnectionId connection{};
    const UserId& user;

    void describe(Fields& fields) const { fields.connection(connection).user(user); }
};

struct MessageDeadLettered {
    static constexpr EventInfo info{"message_dead_lettered", LogLevel::info, sampled};

    MessageId message{};
    const TopicName& topic;
    Sequence sequence = 0;
    ConnectionId connection{};
    const UserId& user;
    std::string_view queue{};
    std::string_view reason{};  // a short name from a closed set

    void describe(Fields& fields) const {
        fields.message(message).topic(topic).sequence(sequence).connection(connection).user(user);
        fields.text("queue", queue).text("reason", reason);
    }
};

// The letters' messages are still in the history, if there is one.
struct DeadLettersDropped {
    static constexpr EventInfo info{"dead_letters_dropped", LogLevel::error, bounded};

    std::int64_t letters = 0;
    std::string_view reason{};

    void describe(Fields& fields) const { fields.number("letters", letters).text("reason", reason); }
};

// There was no room for all letters of one recipient, so the oldest were deleted.
struct DeadLettersGaveWay {
    static constexpr EventInfo info{"dead_letters_gave_way", LogLevel::warn, bounded};

    const UserId& user;  // empty: letters of a queue, which belong to no user
    std::string_view queue{};
    std::int64_t letters = 0;
    std::string_view reason{};  // "recipient_full" or "table_full"

    void describe(Fields& fields) const {
        fields.user(user).text("queue", queue).number("letters", letters).text("reason", reason);
    }
};

}  // namespace notifyd::observability
