// Reads the payload of an envelope, whose text the frame's check has already found valid.
#pragma once

#include "notifyd/core/error.hpp"

#include "known_names.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace notifyd::wire {

// Puts the members in their places; null counts as absent. Any other name is allowed in a payload, including near
// misses (docs/protocol.md#conventions). Returns an error if the payload is not an object.
[[nodiscard]] std::optional<Error> read_payload(std::string_view payload, std::span<const KnownMember> known);

}  // namespace notifyd::wire
