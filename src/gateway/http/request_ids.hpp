// The id that a request carries through replies and logs: the client's, or a new one if that is missing or unfit
// (docs/protocol.md#http).
#pragma once

#include "notifyd/core/ids.hpp"

#include <string>
#include <string_view>

namespace notifyd::gateway {

struct RequestIdHeaders {
    std::string_view request_id;
    std::string_view correlation_id;
    std::string_view traceparent;  // W3C Trace Context: its trace id becomes the id
};

[[nodiscard]] std::string choose_correlation_id(const RequestIdHeaders& headers, IdSource& ids);

}  // namespace notifyd::gateway
