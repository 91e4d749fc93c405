// Open connections as JSON, for /@connections (SPEC §3.6).
// Owns: nothing. Thread: any. Fails: never.
#pragma once

#include "notifyd/core/connection_info.hpp"

#include <optional>
#include <span>
#include <string>

namespace notifyd::wire {

[[nodiscard]] std::string connection_reply(const ConnectionInfo& connection);
[[nodiscard]] std::string connections_page(std::span<const ConnectionInfo> connections,
                                           const std::optional<std::string>& next_key);

}  // namespace notifyd::wire
