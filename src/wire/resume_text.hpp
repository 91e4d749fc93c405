// `chat-abc:42,org:acme:7,chat-xyz:<messageId>`: the positions from which a client resumes (docs/protocol.md#resume).
// Fails: invalid_request.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/core/resume.hpp"

#include <string_view>
#include <vector>

namespace notifyd::wire {

// Adds the items of one text, if there are any; a topic that is named twice is an error.
Result<void> read_resume(std::string_view text, std::vector<ResumeTopic>& topics);

}  // namespace notifyd::wire
