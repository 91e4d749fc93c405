// `notification:ack`: a client has received a notification.
#pragma once

#include "notifyd/gateway/envelope_route.hpp"

#include <span>

namespace notifyd::gateway {

class NotificationFrames {
  public:
    explicit NotificationFrames(const LoopContext& services) : services_(services) {}

    [[nodiscard]] static std::span<const EnvelopeRoute<NotificationFrames>> routes();

  private:
    void acknowledge(const EnvelopeCall& call);

    const LoopContext& services_;
};

}  // namespace notifyd::gateway
