// What anyone may ask the server.
#include "notifyd/gateway/endpoints/operations.hpp"

#include "notifyd/wire/status.hpp"

#include "http/http_reply.hpp"

#include <embedded_try_page.hpp>
#include <string>

namespace notifyd::gateway {

namespace {

// The page with its style and scripts in the places that are named after them.
std::string compose_page() {
    std::string page;
    for (const auto& file : embedded::files) {
        if (file.name == "index.html") page = file.text;
    }
    for (const auto& file : embedded::files) {
        const std::string place = "{{" + std::string(file.name) + "}}";
        const std::size_t at = page.find(place);
        if (at != std::string::npos) page.replace(at, place.size(), file.text);
    }
    return page;
}

}  // namespace

std::span<const ResourceRoute<OperationsEndpoints>> OperationsEndpoints::routes() {
    static constexpr ResourceRoute<OperationsEndpoints> table[] = {
        {{"GET", "/healthz", Access::open}, &OperationsEndpoints::health},
        {{"GET", "/readyz", Access::open}, &OperationsEndpoints::ready},
        {{"GET", "/version", Access::open}, &OperationsEndpoints::version},
        {{"GET", "/", Access::open}, &OperationsEndpoints::try_page},
    };
    return table;
}

EndpointReply OperationsEndpoints::health(const Call&) {
    co_return json_reply(200, wire::health_body());
}

EndpointReply OperationsEndpoints::ready(const Call&) {
    std::string why;
    if (state_.draining) {
        why = "The server is stopping";
    } else if (!state_.started) {
        why = "The server is starting";
    } else if (!storage_writable_()) {
        why = "The database is not accepting writes";
    } else if (!authorizer_.has_keys()) {
        why = "The identity provider's keys are not loaded yet: see keys_refresh_failed in the log";
    }
    if (!why.empty()) co_return Error(Errc::unavailable, std::move(why));
    co_return json_reply(200, wire::ready_body());
}

EndpointReply OperationsEndpoints::version(const Call&) {
    co_return json_reply(200, wire::version_body(version_));
}

EndpointReply OperationsEndpoints::try_page(const Call&) {
    HttpReply reply;
    reply.content_type = "text/html; charset=utf-8";
    static const std::string page = compose_page();
    reply.body = page;
    // The page contains its own style and script and may only talk to its own server.
    reply.headers.emplace_back("Content-Security-Policy",
                               "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                               "img-src data:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'");
    reply.headers.emplace_back("Referrer-Policy", "no-referrer");
    co_return reply;
}

}  // namespace notifyd::gateway
