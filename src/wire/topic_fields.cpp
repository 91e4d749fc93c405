// Reads a topic that must be given in exactly one of its two forms.
#include "topic_fields.hpp"

#include "invalid.hpp"

namespace notifyd::wire {

namespace {

std::string both_forms(std::string_view prefix) {
    std::string message("Give either ");
    message.append(prefix).append("chatId or ");
    message.append(prefix).append("targetId with ");
    return message.append(prefix).append("targetClass, not both");
}

std::string missing(std::string_view prefix) {
    std::string message("Missing required parameter: ");
    message.append(prefix).append("chatId or ");
    message.append(prefix).append("targetId with ");
    return message.append(prefix).append("targetClass");
}

}  // namespace

Result<TopicName> make_topic(const TopicFields& fields, std::string_view prefix) {
    if (fields.chat_id) {
        if (fields.target_class || fields.target_id) return invalid(both_forms(prefix));
        return TopicName::make(TopicClass::chat, *fields.chat_id);
    }
    if (!fields.target_class || !fields.target_id) return invalid(missing(prefix));
    const auto topic_class = parse_topic_class(*fields.target_class);
    if (!topic_class) {
        return invalid(std::string(prefix) + "targetClass must be chat, user, org, hub or project");
    }
    return TopicName::make(*topic_class, *fields.target_id);
}

Result<UserId> make_user_id(std::string text) {
    if (!is_valid_id(text)) {
        return invalid("A user id must have 1 to 256 bytes of UTF-8 without control characters and commas");
    }
    return UserId(std::move(text));
}

}  // namespace notifyd::wire
