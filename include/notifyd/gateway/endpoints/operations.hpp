// GET /healthz, /readyz, /version (docs/protocol.md#health-and-version) and the try page at /.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/gateway/server_state.hpp"

#include <functional>
#include <span>
#include <string_view>
#include <utility>

namespace notifyd::gateway {

class OperationsEndpoints {
  public:
    // `storage_writable`: whether the database accepts writes.
    OperationsEndpoints(const ServerState& state,
                        const auth::Authorizer& authorizer,
                        std::function<bool()> storage_writable,
                        std::string_view version)
        : state_(state), authorizer_(authorizer), storage_writable_(std::move(storage_writable)), version_(version) {}

    [[nodiscard]] static std::span<const ResourceRoute<OperationsEndpoints>> routes();

  private:
    EndpointReply health(const Call& call);
    EndpointReply ready(const Call& call);
    EndpointReply version(const Call& call);
    EndpointReply try_page(const Call& call);

    const ServerState& state_;
    const auth::Authorizer& authorizer_;
    std::function<bool()> storage_writable_;
    std::string_view version_;
};

}  // namespace notifyd::gateway
