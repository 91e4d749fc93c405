// GET /chats: the caller's chats with what is unread in each (docs/protocol.md#get-chats).
#pragma once

#include "notifyd/gateway/route.hpp"
#include "notifyd/history/read_positions.hpp"

#include <span>

namespace notifyd::gateway {

class ChatEndpoints {
  public:
    ChatEndpoints(history::ReadPositions& positions, runtime::EventLoop& loop) : positions_(positions), loop_(loop) {}

    [[nodiscard]] static std::span<const ResourceRoute<ChatEndpoints>> routes();

  private:
    EndpointReply list(const Call& call);

    history::ReadPositions& positions_;
    runtime::EventLoop& loop_;
};

}  // namespace notifyd::gateway
