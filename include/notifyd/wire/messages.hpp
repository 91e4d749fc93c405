// GET /messages (docs/protocol.md#get-messages): the query and the page.
// Fails: invalid_request.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/history_request.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::wire {

Result<HistoryRequest> parse_messages_query(const QueryParameters& query);

// `epoch` identifies the database. `retention` determines each message's ttl; 0: kept for ever, without ttl.
[[nodiscard]] std::string messages_page(const TopicName& topic,
                                        const Page& page,
                                        const std::optional<std::string>& next_key,
                                        std::string_view epoch,
                                        Milliseconds retention);

}  // namespace notifyd::wire
