// Decides who gets a 101; everything that can be wrong with a WebSocket handshake is answered as HTTP
// (docs/protocol.md#connecting).
// Flow:   HttpSession -> UpgradeAdmission -> Upgrade -> WebSocketSession
// Thread: one loop.
#pragma once

#include "client_stream.hpp"
#include "websocket/connect_check.hpp"
#include "websocket/upgrade.hpp"

#include <memory>
#include <string_view>

namespace notifyd::gateway {

[[nodiscard]] bool is_upgrade_path(std::string_view path);

class UpgradeAdmission {
  public:
    // Both outlive it.
    UpgradeAdmission(ClientStream& client, const SessionServices& services) : client_(client), services_(services) {}

    Awaitable<ClientResult<std::unique_ptr<Upgrade>>> admit(BeastRequest head,
                                                            const HttpRequest& request,
                                                            Purpose purpose);
    // The reply to a refused upgrade, which is logged.
    [[nodiscard]] HttpReply refuse(const ClientRefusal& refusal, const HttpRequest& request);
    // Answers a plain GET with the reason for which an upgrade would be refused.
    Awaitable<HttpReply> explain(const BeastRequest& head, const HttpRequest& request);

  private:
    // Takes a place, and one of the user's connects per minute.
    [[nodiscard]] Result<connection::Admission> take_place(const UserId& user);
    // Whether take_place would succeed; takes nothing.
    [[nodiscard]] Result<void> check_room(const UserId& user);
    // Closes the user's oldest connections to make room for this one, if the rules require it.
    void close_oldest(connection::Admission& admission);

    ClientStream& client_;
    const SessionServices& services_;
};

}  // namespace notifyd::gateway
