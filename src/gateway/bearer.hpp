// Where a token may stand in a request (docs/protocol.md#where-the-token-goes).
// Owns: nothing; views into the request. Thread: any. Fails: an empty view when there is no token.
#pragma once

#include "notifyd/core/error.hpp"

#include <string_view>

namespace notifyd::gateway {

// Of `Authorization: Bearer …`.
[[nodiscard]] std::string_view bearer_token(std::string_view authorization);

// For a header that says something else.
[[nodiscard]] Error wrong_scheme();

struct Subprotocols {
    bool notifyd_v1 = false;
    std::string_view token;
};

// Of `Sec-WebSocket-Protocol: notifyd.v1, bearer.<jwt>`.
[[nodiscard]] Subprotocols read_subprotocols(std::string_view header);

}  // namespace notifyd::gateway
