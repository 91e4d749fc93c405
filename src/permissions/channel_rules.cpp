// Checks channels against connection tokens and the admin grant.
#include "notifyd/permissions/channel_rules.hpp"

#include <algorithm>

namespace notifyd::permissions {

Result<void> may_have(const Identity& identity,
                      std::span<const std::string> channels,
                      std::span<const std::string> admin_channels) {
    const auto holds = [](const auto& names, const std::string& name) {
        return std::ranges::find(names, name) != names.end();
    };
    std::string refused;
    for (const std::string& channel : channels) {
        const bool for_admins = !identity.is_admin() && holds(admin_channels, channel);
        const bool outside = identity.allowed_channels && !holds(*identity.allowed_channels, channel);
        if (for_admins || outside) refused.append(refused.empty() ? "" : ", ").append(channel);
    }
    if (refused.empty()) return {};
    return Error{Errc::forbidden, "No permission for the channel " + refused};
}

}  // namespace notifyd::permissions
