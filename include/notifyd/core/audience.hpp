// Which of a topic's connections a frame of the server is meant for. Pure.
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/ids.hpp"

#include <algorithm>
#include <string>

namespace notifyd {

// The connections of one user that may receive a notification channel.
struct Audience {
    UserId user;
    // Empty: also connections that are limited to other channels.
    std::string channel{};
    bool admins_only = false;

    friend bool operator==(const Audience&, const Audience&) = default;
};

[[nodiscard]] inline bool is_in(const Audience& audience, const Identity& identity) {
    if (identity.user != audience.user || (audience.admins_only && !identity.is_admin())) return false;
    const auto& allowed = identity.allowed_channels;
    return !allowed || audience.channel.empty() || std::ranges::find(*allowed, audience.channel) != allowed->end();
}

}  // namespace notifyd
