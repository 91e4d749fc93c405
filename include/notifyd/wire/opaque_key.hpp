// Opaque keys of pages (docs/protocol.md#http): where the next page begins, bound to the query that it continues.
// Fails:  a damaged key, or one made for another query: invalid_request "Invalid startKey format".
#pragma once

#include "notifyd/core/chat.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::wire {

// Bound to the query's topic, order and filters, but not to its limit: a client may ask for a shorter next page.
[[nodiscard]] std::string encode_page_key(const PageCursor& next, const PageQuery& query);
Result<PageCursor> decode_page_key(std::string_view key, const PageQuery& query);

// For lists ordered by a text: the permissions of a user by topic or of a topic by user, dead letters and connections
// by id. `subject` identifies the list ("user:u1" as its owner, "chat:abc" as a topic, a queue or "" for all, a user
// and a topic); `last` is the last text on the page.
enum class ListKind : std::uint8_t {
    permissions_of_user,
    permissions_of_topic,
    dead_letters,
    connections,
    blocked_users,
    notifications,
    chats
};
[[nodiscard]] std::string encode_list_key(ListKind kind, std::string_view subject, std::string_view last);
Result<std::string> decode_list_key(ListKind kind, std::string_view subject, std::string_view key);

// Where the requested page begins, with or without a key; nullopt: at the start.
Result<std::optional<std::string>> decode_list_start(ListKind kind,
                                                     std::string_view subject,
                                                     const std::optional<std::string>& key);
// The same for a list in the order of ids.
Result<std::optional<Uuid>> decode_id_list_start(ListKind kind,
                                                 std::string_view subject,
                                                 const std::optional<std::string>& key);
// For a user's list of chats, which is ordered by time.
[[nodiscard]] std::string encode_chat_key(const UserId& user, const ChatPlace& last);
Result<std::optional<ChatPlace>> decode_chat_list_start(const UserId& user, const std::optional<std::string>& key);
// For a key that names no position in its list.
[[nodiscard]] Error bad_start_key();

}  // namespace notifyd::wire
