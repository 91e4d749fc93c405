// `ping`: a sign of life that is answered (docs/protocol.md#staying-connected).
#pragma once

#include "notifyd/gateway/envelope_route.hpp"

#include <span>

namespace notifyd::gateway {

class PingFrames {
  public:
    explicit PingFrames(const LoopConnections& services) : services_(services) {}

    [[nodiscard]] static std::span<const EnvelopeRoute<PingFrames>> routes();

  private:
    void ping(const EnvelopeCall& call);

    const LoopConnections& services_;
};

}  // namespace notifyd::gateway
