// /@connections (docs/protocol.md#open-connections): queries in, open connections out.
// Fails: invalid_request.
#pragma once

#include "notifyd/core/connection_info.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace notifyd::wire {

// GET of the list: all connections, or those that match every given parameter.
struct ConnectionsQuery {
    std::optional<UserId> user;
    std::optional<TopicName> topic;
    std::size_t limit = limits::page_messages_default;
    // As given by the client; opaque_key decodes it.
    std::optional<std::string> start_key;
};
Result<ConnectionsQuery> parse_connections_query(const QueryParameters& query);
[[nodiscard]] std::string connections_page(std::span<const ConnectionInfo> connections,
                                           const std::optional<std::string>& next_key);

// GET of one connection.
[[nodiscard]] std::string connection_reply(const ConnectionInfo& connection);

// POST to one connection: the body becomes a text frame, so it must be UTF-8.
Result<void> check_posted_frame(std::string_view body);

}  // namespace notifyd::wire
