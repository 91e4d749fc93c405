// GET /messages: a page of history, or named gaps (docs/protocol.md#get-messages).
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/history/retrieval_handler.hpp"

#include <span>

namespace notifyd::gateway {

class MessageEndpoints {
  public:
    MessageEndpoints(history::RetrievalHandler& retrieval, runtime::EventLoop& loop, const config::Storage& storage)
        : retrieval_(retrieval), loop_(loop), storage_(storage) {}

    [[nodiscard]] static std::span<const ResourceRoute<MessageEndpoints>> routes();

  private:
    EndpointReply list(const Call& call);

    history::RetrievalHandler& retrieval_;
    runtime::EventLoop& loop_;
    const config::Storage& storage_;
};

}  // namespace notifyd::gateway
