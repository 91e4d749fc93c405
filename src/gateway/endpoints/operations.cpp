// GET /healthz, /readyz, /version (SPEC §3.7) and the try page at /.
#include "notifyd/wire/api_replies.hpp"

#include "endpoints.hpp"

#include <embedded_try_page.hpp>

namespace notifyd::gateway::endpoints {

Awaitable<Result<HttpReply>> get_health(const Call&, LoopServices&) {
    co_return json_reply(200, wire::health_body());
}

Awaitable<Result<HttpReply>> get_ready(const Call&, LoopServices& services) {
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
    if (!why.empty()) co_return Error(Errc::unavailable, std::move(why));
    co_return json_reply(200, wire::ready_body());
}

Awaitable<Result<HttpReply>> get_version(const Call&, LoopServices& services) {
    co_return json_reply(200, wire::version_body(services.version));
}

Awaitable<Result<HttpReply>> get_try_page(const Call&, LoopServices&) {
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
