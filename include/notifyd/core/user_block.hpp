// A user who is blocked altogether: neither connects nor publishes, whatever rows and claims say
// (docs/protocol.md#blocked-users).
// Owns: its strings. Thread: any (a value). Fails: never.
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
    // It ends by itself at this time; nullopt: when it is lifted.
    std::optional<EpochMs> until{};
    // For the operator's eyes; may be empty.
    std::string reason{};
};

}  // namespace notifyd
