// POST and DELETE /ws/token (docs/protocol.md#connection-tokens): single-use tokens for WebSocket connects, issued to
// the caller only.
#pragma once

#include "notifyd/auth/ticket_office.hpp"
#include "notifyd/config/config.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/notifications/inbox.hpp"

#include <span>

namespace notifyd::gateway {

class ConnectionTokenEndpoints {
  public:
    ConnectionTokenEndpoints(auth::TicketOffice& tickets,
                             notifications::Inbox& inbox,
                             runtime::EventLoop& loop,
                             const config::Limits& limits)
        : tickets_(tickets), inbox_(inbox), loop_(loop), limits_(limits) {}

    [[nodiscard]] static std::span<const ResourceRoute<ConnectionTokenEndpoints>> routes();

  private:
    EndpointReply issue(const Call& call);
    EndpointReply revoke(const Call& call);

    auth::TicketOffice& tickets_;
    notifications::Inbox& inbox_;
    runtime::EventLoop& loop_;
    const config::Limits& limits_;
};

}  // namespace notifyd::gateway
