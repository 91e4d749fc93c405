// A user who is blocked entirely: they can neither connect nor publish, whatever permissions or claims they have
// (docs/protocol.md#blocked-users).
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"

#include <optional>
#include <string>

namespace notifyd {

struct UserBlock {
    UserId user;
    EpochMs blocked_at = 0;
    UserId blocked_by;
    // When the block expires; nullopt if it lasts until it is lifted.
    std::optional<EpochMs> until{};
    // For operators; may be empty.
    std::string reason{};
};

}  // namespace notifyd
