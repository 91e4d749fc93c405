// Who may have which notification channels (docs/protocol.md#connection-tokens): the decision alone.
// Owns: nothing. Thread: any. Fails: forbidden, naming the channels that were refused.
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"

#include <span>
#include <string>

namespace notifyd::permissions {

// All or nothing: those that the identity's connection token allows, and of `admin_channels` for admins only.
[[nodiscard]] Result<void> may_have(const Identity& identity,
                                    std::span<const std::string> channels,
                                    std::span<const std::string> admin_channels);

}  // namespace notifyd::permissions
