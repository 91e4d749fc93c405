// GET /healthz, /readyz, /version (SPEC §3.7) and the try page at /.
#include "notifyd/wire/status.hpp"

#include "endpoints.hpp"

#include <embedded_try_page.hpp>

namespace notifyd::gateway::endpoints {

Awaitable<HttpReply> get_health(const HttpRequest&, LoopServices&) {
    co_return json_reply(200, wire::health_body());
}

Awaitable<HttpReply> get_ready(const HttpRequest& request, LoopServices& services) {
    std::string why;
    if (services.state.draining) {
        why = "The server is stopping";
    } else if (!services.state.started) {
        why = "The server is starting";
    } else if (!services.storage_writable()) {
        why = "The database takes no writes";
    } else if (!services.authorizer.has_keys()) {
        why = "The identity provider's keys are not loaded yet: see keys_refresh_failed in the log";
    }
    if (!why.empty()) {
        const Error error(Errc::unavailable, std::move(why));
        co_return error_reply(error, request.correlation_id);
    }
    co_return json_reply(200, wire::ready_body());
}

Awaitable<HttpReply> get_version(const HttpRequest&, LoopServices& services) {
    co_return json_reply(200, wire::version_body(services.version));
}

Awaitable<HttpReply> get_try_page(const HttpRequest&, LoopServices&) {
    HttpReply reply;
    reply.content_type = "text/html; charset=utf-8";
    reply.body = std::string(embedded::files[0].text);
    // The page brings its own style and script and may talk to its own server only.
    reply.headers.emplace_back("Content-Security-Policy",
                               "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                               "img-src data:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'");
    reply.headers.emplace_back("Referrer-Policy", "no-referrer");
    co_return reply;
}

}  // namespace notifyd::gateway::endpoints
