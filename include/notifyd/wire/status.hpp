// Replies that belong to no resource: errors and the state of the server.
#pragma once

#include "notifyd/core/error.hpp"

#include <string>
#include <string_view>

namespace notifyd::wire {

// The body of every refusal: {"error", "code", "correlationId"}.
[[nodiscard]] std::string error_body(const Error& error, std::string_view correlation_id);

// /healthz, /readyz (an error_body with unavailable if not ready), /version.
[[nodiscard]] std::string health_body();
[[nodiscard]] std::string ready_body();
[[nodiscard]] std::string version_body(std::string_view version);

}  // namespace notifyd::wire
