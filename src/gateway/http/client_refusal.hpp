// Why a request or a connect is refused, and which user it concerns, if known.
// Thread: one loop.
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/core/error.hpp"
#include "notifyd/observability/events.hpp"

#include "http/http_reply.hpp"
#include "http/http_request.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace notifyd::gateway {

struct ClientRefusal {
    Error error;
    std::string user{};
    // If the address exceeded its limit of refused attempts: the original reason.
    std::string_view attempt_reason{};
};

// Logs why a token was refused.
[[nodiscard]] ClientRefusal refuse_caller(const auth::Refusal& refusal,
                                          const HttpRequest& request,
                                          observability::Events& events);

[[nodiscard]] HttpReply refusal_reply(ClientRefusal refusal, const HttpRequest& request);

}  // namespace notifyd::gateway
