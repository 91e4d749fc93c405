// POST and GET /notifications, GET /notifications/unread-count, POST /notifications/{id}/read,
// POST /notifications/read-all and DELETE /notifications/{id} (docs/protocol.md#notifications).
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/notifications/inbox.hpp"

#include <span>

namespace notifyd::gateway {

class NotificationEndpoints {
  public:
    NotificationEndpoints(notifications::Inbox& inbox, runtime::EventLoop& loop, const config::Limits& limits)
        : inbox_(inbox), loop_(loop), limits_(limits) {}

    [[nodiscard]] static std::span<const ResourceRoute<NotificationEndpoints>> routes();

  private:
    EndpointReply post(const Call& call);
    EndpointReply list(const Call& call);
    EndpointReply count_unread(const Call& call);
    EndpointReply read(const Call& call);
    EndpointReply read_all(const Call& call);
    EndpointReply remove(const Call& call);

    notifications::Inbox& inbox_;
    runtime::EventLoop& loop_;
    const config::Limits& limits_;
};

}  // namespace notifyd::gateway
