// `notification:ack`: a client has received a notification (docs/protocol.md#notifications). Only an error is answered.
#pragma once

#include "notifyd/gateway/envelope_route.hpp"
#include "notifyd/gateway/session_services.hpp"

#include <span>

namespace notifyd::gateway {

class NotificationFrames {
  public:
    explicit NotificationFrames(const FrameServices& services) : services_(services) {}

    [[nodiscard]] static std::span<const EnvelopeRoute<NotificationFrames>> routes();

  private:
    void acknowledge(const EnvelopeCall& call);

    const FrameServices& services_;
};

}  // namespace notifyd::gateway
