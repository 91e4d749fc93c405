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
    // Not verified; may be empty.
    std::optional<std::string> token;
    // To subscribe to in addition to the user's own topic; at most 100, without repetitions.
    std::vector<TopicName> topics;
    std::optional<UserId> user;
    Hello hello = Hello::off;
    // Whether the client accepts the permitted topics if others are forbidden.
    bool partial = false;
    // Not compared with `topics`, because the user's own topic is known only from the token.
    ResumeRequest resume{};
};
Result<ConnectQuery> parse_connect_query(const QueryParameters& query);
// Every topic to resume must be among the subscribed ones.
Result<void> check_resume(std::span<const ResumeTopic> resumed, std::span<const TopicName> subscribed);

}  // namespace notifyd::wire
