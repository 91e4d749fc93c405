// GET, POST and DELETE /@connections/{id}, and GET /@connections (docs/protocol.md#open-connections). A connection
// belongs to its loop, so every loop is asked for what it has.
#pragma once

#include "notifyd/gateway/loop_connections.hpp"
#include "notifyd/gateway/route.hpp"

#include <span>

namespace notifyd::gateway {

class ConnectionEndpoints {
  public:
    // `loops` is complete before any loop runs. `home` is the loop that asks.
    ConnectionEndpoints(const AllLoops& loops, runtime::EventLoop& home) : loops_(loops), home_(home) {}

    [[nodiscard]] static std::span<const ResourceRoute<ConnectionEndpoints>> routes();

  private:
    EndpointReply list(const Call& call);
    EndpointReply show(const Call& call);
    EndpointReply send(const Call& call);
    EndpointReply close(const Call& call);

    const AllLoops& loops_;
    runtime::EventLoop& home_;
};

}  // namespace notifyd::gateway
