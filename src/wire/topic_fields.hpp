// The two ways to name a topic (docs/protocol.md#topics): a chat id, or a class and an id.
// Fails: invalid_request.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::wire {

struct TopicFields {
    std::optional<std::string> chat_id;
    std::optional<std::string> target_class;
    std::optional<std::string> target_id;

    [[nodiscard]] bool is_empty() const { return !chat_id && !target_class && !target_id; }
};

// `prefix` precedes the names in error messages: "payload." or nothing.
Result<TopicName> make_topic(const TopicFields& fields, std::string_view prefix);

// User ids follow the rules for ids.
Result<UserId> make_user_id(std::string text);

}  // namespace notifyd::wire
