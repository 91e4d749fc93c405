// GET and PATCH /notifications/preferences (docs/protocol.md#notification-preferences).
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/notifications/inbox.hpp"

#include <span>

namespace notifyd::gateway {

class PreferenceEndpoints {
  public:
    PreferenceEndpoints(notifications::Inbox& inbox, runtime::EventLoop& loop, const config::Limits& limits)
        : inbox_(inbox), loop_(loop), limits_(limits) {}

    [[nodiscard]] static std::span<const ResourceRoute<PreferenceEndpoints>> routes();

  private:
    EndpointReply show(const Call& call);
    EndpointReply change(const Call& call);

    notifications::Inbox& inbox_;
    runtime::EventLoop& loop_;
    const config::Limits& limits_;
};

}  // namespace notifyd::gateway
