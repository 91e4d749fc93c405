// Allows a page whatever headers it asks for.
#include "http/cors.hpp"

#include "http/field_lines.hpp"

#include <cstddef>

namespace notifyd::gateway {

namespace {

// Any header that a page wants to send: nothing is authenticated by what a browser adds on its own.
std::string_view allowed_headers(std::string_view requested) {
    constexpr std::size_t bytes_max = 2048;
    if (requested.size() <= bytes_max && is_token_list(requested)) return requested;
    return "Authorization, Content-Type, Idempotency-Key, X-Request-Id, X-Correlation-Id, traceparent";
}

}  // namespace

HttpReply preflight_reply(const HttpRequest& request, const std::string& verbs, std::string_view allowed) {
    if (verbs.empty()) return error_reply(Error(Errc::not_found, "There is no such path"), request.correlation_id);
    HttpReply reply;
    reply.status = 204;
    reply.headers.emplace_back("Allow", verbs);
    if (!allowed.empty()) {
        reply.headers.emplace_back("Access-Control-Allow-Methods", verbs);
        reply.headers.emplace_back("Access-Control-Allow-Headers", allowed_headers(request.requested_headers));
        reply.headers.emplace_back("Access-Control-Max-Age", "600");
        reply.vary = "Access-Control-Request-Headers";
    }
    return reply;
}

}  // namespace notifyd::gateway
