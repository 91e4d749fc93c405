// One HTTP request as endpoints see it: without Beast, decoded and checked for size.
#pragma once

#include "notifyd/core/query_parameters.hpp"

#include <optional>
#include <string>

namespace notifyd::gateway {

struct HttpRequest {
    std::string method;
    std::string path;            // of a Target, without server.base_path; at least "/"
    std::string path_parameter;  // of a route such as /dlq/{id}; percent-decoded
    QueryParameters query;
    std::string authorization;
    std::string origin;
    std::string user_agent;
    std::string content_type;
    std::optional<std::string> idempotency_key;
    std::string requested_headers;  // of a CORS preflight
    std::string body;
    std::string peer_address;
    std::string correlation_id;
};

}  // namespace notifyd::gateway
