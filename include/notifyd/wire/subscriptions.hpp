// What a client asks for with `subscribe` and `unsubscribe` (docs/protocol.md#subscriptions).
// Fails:  invalid_request.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/core/resume.hpp"
#include "notifyd/core/topic_name.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

// At most 100 topics and 100 channels, without repetitions.
struct Subscribe {
    std::vector<TopicName> topics;
    std::vector<std::string> channels;
    // Its topics have not been compared with `topics`: topics that are already subscribed are fine, too.
    ResumeRequest resume{};
};

struct Unsubscribe {
    std::vector<TopicName> topics;
    std::vector<std::string> channels;
};

[[nodiscard]] Result<Subscribe> parse_subscribe(std::string_view payload);
[[nodiscard]] Result<Unsubscribe> parse_unsubscribe(std::string_view payload);

}  // namespace notifyd::wire
