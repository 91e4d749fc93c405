// The id that a request carries through answers and logs: the client's, or a new one (docs/protocol.md#http).
// Owns: nothing. Thread: one loop. Fails: never; an unfit id is replaced.
#pragma once

#include "notifyd/core/ids.hpp"

#include <string>
#include <string_view>

namespace notifyd::gateway {

struct RequestIdHeaders {
    std::string_view request_id;
    std::string_view correlation_id;
    std::string_view traceparent;  // W3C Trace Context: its trace id is taken over
};

[[nodiscard]] std::string choose_correlation_id(const RequestIdHeaders& headers, IdSource& ids);

}  // namespace notifyd::gateway
