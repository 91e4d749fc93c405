// Who may have which notification channels (docs/protocol.md#connection-tokens): the pure decision. The error
// `forbidden` names the refused channels.
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"

#include <span>
#include <string>

namespace notifyd::permissions {

// All or nothing: channels must be allowed by the identity's connection token, and `admin_channels` are for admins
// only.
[[nodiscard]] Result<void> may_have(const Identity& identity,
                                    std::span<const std::string> channels,
                                    std::span<const std::string> admin_channels);

}  // namespace notifyd::permissions
