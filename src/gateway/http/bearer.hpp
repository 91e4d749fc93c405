// Finds the token in a request's headers (docs/protocol.md#where-the-token-goes). The results are views into the
// request; an empty view means that there is no token.
#pragma once

#include "notifyd/core/error.hpp"

#include <string_view>

namespace notifyd::gateway {

// The token in `Authorization: Bearer …`.
[[nodiscard]] std::string_view bearer_token(std::string_view authorization);

// The error for an Authorization header with any other content.
[[nodiscard]] Error wrong_scheme();

struct Subprotocols {
    bool notifyd_v1 = false;
    std::string_view token;
};

// The items of `Sec-WebSocket-Protocol: notifyd.v1, bearer.<jwt>`.
[[nodiscard]] Subprotocols read_subprotocols(std::string_view header);

}  // namespace notifyd::gateway
