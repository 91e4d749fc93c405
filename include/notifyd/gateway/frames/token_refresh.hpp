// `auth:refresh`: replaces the JWT that a connection was opened with by a fresh one
// (docs/protocol.md#staying-connected).
// Flow:   TokenRefreshFrames -> Authorizer, perhaps after a fetch of keys -> answer through the sink
// Thread: one loop. The answer finds the connection by id, because it may be gone.
// A bad token is answered with an error and changes nothing.
#pragma once

#include "notifyd/gateway/envelope_route.hpp"
#include "notifyd/gateway/session_services.hpp"

#include <span>

namespace notifyd::gateway {

class TokenRefreshFrames {
  public:
    explicit TokenRefreshFrames(const FrameServices& services) : services_(services) {}

    [[nodiscard]] static std::span<const EnvelopeRoute<TokenRefreshFrames>> routes();

  private:
    void refresh(const EnvelopeCall& call);

    const FrameServices& services_;
};

}  // namespace notifyd::gateway
