// The beginning of an envelope from the server.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <string>
#include <string_view>

namespace notifyd::wire {

// `{"id":…,"type":…,"timestamp":…,"payload":{`: the caller closes two braces.
[[nodiscard]] std::string open_envelope(const RawJson& id, std::string_view type, EpochMs now);

}  // namespace notifyd::wire
