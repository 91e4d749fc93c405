// The key by which storage recognizes a repeated publish (docs/protocol.md#deduplication): the same id from the same
// user in the same topic.
// Fails:  throws when OpenSSL does (out of memory).
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/core/topic_name.hpp"

#include <string_view>

namespace notifyd::publish {

// Of an id that the publisher gave.
[[nodiscard]] DeduplicationKey deduplication_key(const UserId& user, const TopicName& topic, std::string_view id);
// Of the payload itself, for messages without an id. Never equal to the key of any given id.
[[nodiscard]] DeduplicationKey content_deduplication_key(const UserId& user,
                                                         const TopicName& topic,
                                                         std::string_view payload_fields);

// Of a request that is not a publish, such as one that sends notifications. Never equal to the key of a publish.
[[nodiscard]] DeduplicationKey request_key(const UserId& user, std::string_view id);

}  // namespace notifyd::publish
