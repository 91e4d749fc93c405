// Read positions and the list of a user's chats (docs/protocol.md#read-positions).
// Fails:  invalid_request.
#pragma once

#include "notifyd/core/chat.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace notifyd::wire {

// `read` from a client.
struct ReadFrame {
    TopicName topic;
    Sequence sequence = 0;
};
[[nodiscard]] Result<ReadFrame> parse_read(std::string_view payload);

// `read` to the subscribers of the topic: the complete envelope.
[[nodiscard]] std::string read_envelope(
    const RawJson& id, EpochMs now, const TopicName& topic, const UserId& user, Sequence sequence);

// GET /chats
struct ChatsQuery {
    std::size_t limit = limits::page_messages_default;
    // As given by the client; opaque_key decodes it.
    std::optional<std::string> start_key{};
};
[[nodiscard]] Result<ChatsQuery> parse_chats_query(const QueryParameters& query);
[[nodiscard]] std::string chats_page(std::span<const Chat> chats, const std::optional<std::string>& next_key);

}  // namespace notifyd::wire
