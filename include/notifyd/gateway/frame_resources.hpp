// All resources that handle envelopes. A new one is added to this list, and built by app/loop_unit with what it needs.
// Each loop has its own.
#pragma once

#include "notifyd/gateway/frames/notifications.hpp"
#include "notifyd/gateway/frames/ping.hpp"
#include "notifyd/gateway/frames/presence.hpp"
#include "notifyd/gateway/frames/read_positions.hpp"
#include "notifyd/gateway/frames/subscriptions.hpp"
#include "notifyd/gateway/frames/token_refresh.hpp"

#include <tuple>

namespace notifyd::gateway {

using FrameResources = std::
    tuple<PingFrames, SubscriptionFrames, TokenRefreshFrames, NotificationFrames, ReadPositionFrames, PresenceFrames>;

}  // namespace notifyd::gateway
