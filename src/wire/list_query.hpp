// The common query parameters of lists.
// Fails: invalid_request.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace notifyd::wire {

// All of them are optional.
struct ListQuery {
    std::optional<UserId> user{};
    std::optional<TopicName> topic{};
    std::size_t limit = limits::page_messages_default;
    std::optional<std::string> start_key{};
};
Result<ListQuery> read_list_query(const QueryParameters& parameters);

}  // namespace notifyd::wire
