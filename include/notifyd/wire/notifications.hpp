// The wire formats of notifications (docs/protocol.md#notifications).
// Fails:  invalid_request.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/core/uuid.hpp"

#include <string_view>

namespace notifyd::wire {

[[nodiscard]] Result<Uuid> parse_notification_ack(std::string_view payload);

}  // namespace notifyd::wire
