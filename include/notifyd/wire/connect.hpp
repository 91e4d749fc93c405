// The query of a WebSocket upgrade (docs/protocol.md#connecting).
// Fails: invalid_request.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/resume.hpp"
#include "notifyd/core/topic_name.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace notifyd::wire {

// Whether the client wants the `connected` frame.
enum class Hello : std::uint8_t { off, on };

struct ConnectQuery {
    // Not checked; may be empty.
    std::optional<std::string> token;
    // To be subscribed to besides the user's own topic; at most 100, each named once.
    std::vector<TopicName> topics;
    std::optional<UserId> user;
    Hello hello = Hello::off;
    // Whether the client accepts some of the topics if others are forbidden.
    bool partial = false;
    // Not compared with `topics`: the user's own topic is known only with the token.
    ResumeRequest resume{};
};
Result<ConnectQuery> parse_connect_query(const QueryParameters& query);
// Every topic to resume must be among the subscribed ones.
Result<void> check_resume(std::span<const ResumeTopic> resumed, std::span<const TopicName> subscribed);

}  // namespace notifyd::wire
