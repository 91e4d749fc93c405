// Builds a dead letter from a message in any of its forms.
#include "notifyd/delivery/dead_letters.hpp"

#include "notifyd/observability/events/messages.hpp"

#include <optional>
#include <string>
#include <utility>

namespace notifyd::delivery {

namespace {

DeadLetter letter_for(MessageId id, const TopicName& topic, Sequence sequence, std::optional<std::string> head) {
    return {.id = {},
            .queue = {},
            .message = id,
            .topic = topic,
            .sequence = sequence,
            .connection = std::nullopt,
            .user = {},
            .reason = {},
            .head = std::move(head)};
}

}  // namespace

void DeadLetters::add(const Recipient& recipient, const Delivery& delivery, const Failure& failure) {
    const Message& message = *delivery.message;
    if (message.lifetime != Lifetime::kept) {
        events_.emit(observability::NoticeUndelivered{
            message.id, message.topic, recipient.connection, recipient.user, failure.reason});
        return;
    }
    auto head = log_ == Log::off ? std::optional(message.head) : std::nullopt;
    store(letter_for(message.id, message.topic, delivery.sequence, std::move(head)), message.type, recipient, failure);
}

void DeadLetters::add(const Recipient& recipient,
                      const StoredMessage& message,
                      const TopicName& topic,
                      const Failure& failure) {
    store(letter_for(message.id, topic, message.sequence, std::nullopt), message.type, recipient, failure);
}

void DeadLetters::add(const Recipient& recipient, const wire::UnsentMessage& message, const Failure& failure) {
    auto head = log_ == Log::off ? std::optional(std::string(message.head)) : std::nullopt;
    store(letter_for(message.id, message.topic, message.sequence, std::move(head)), message.type, recipient, failure);
}

void DeadLetters::store(DeadLetter letter, MessageType type, const Recipient& recipient, const Failure& failure) {
    const EpochMs now = clock_.now_ms();
    letter.id = ids_.time_ordered(continuous_.now_ms());
    letter.queue = to_string(type);
    letter.connection = recipient.connection;
    letter.user = recipient.user;
    letter.reason = failure.reason;
    letter.attempts = failure.attempts;
    letter.first_failed_at = failure.first_at;
    letter.last_failed_at = now;
    events_.emit(observability::MessageDeadLettered{.message = letter.message,
                                                    .topic = letter.topic,
                                                    .sequence = letter.sequence,
                                                    .connection = recipient.connection,
                                                    .user = letter.user,
                                                    .queue = letter.queue,
                                                    .reason = failure.reason});
    sink_.add(std::move(letter));
}

}  // namespace notifyd::delivery
