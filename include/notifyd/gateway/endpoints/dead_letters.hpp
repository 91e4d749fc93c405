// GET /dlq, POST /dlq/redrive, POST /dlq/{id}/redrive and DELETE /dlq/{id} (docs/protocol.md#dead-letters).
#pragma once

#include "notifyd/delivery/redrive.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/ports/dead_letter_store.hpp"

#include <span>

namespace notifyd::gateway {

class DeadLetterEndpoints {
  public:
    DeadLetterEndpoints(ports::DeadLetterStore& letters, delivery::Redriver& redriver, runtime::EventLoop& loop)
        : letters_(letters), redriver_(redriver), loop_(loop) {}

    [[nodiscard]] static std::span<const ResourceRoute<DeadLetterEndpoints>> routes();

  private:
    EndpointReply list(const Call& call);
    EndpointReply redrive_all(const Call& call);
    EndpointReply redrive_one(const Call& call);
    EndpointReply remove(const Call& call);

    ports::DeadLetterStore& letters_;
    delivery::Redriver& redriver_;
    runtime::EventLoop& loop_;
};

}  // namespace notifyd::gateway
