// The beginning of every envelope of the server.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/frame.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <string>
#include <string_view>

namespace notifyd::wire {

// `{"id":…,"type":…,"timestamp":…,"payload":{`: the caller closes two braces.
[[nodiscard]] std::string open_envelope(const RawJson& id, std::string_view type, EpochMs now);
// A whole text frame.
[[nodiscard]] FramePtr text_frame(std::string_view text);

}  // namespace notifyd::wire
