// What several endpoints need: the caller, the kind of body.
#include "../bearer.hpp"
#include "../field_lines.hpp"
#include "../refusal_events.hpp"
#include "endpoints.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace notifyd::gateway::endpoints {

Result<Identity> caller_of(const HttpRequest& request, LoopServices& services) {
    const std::string_view token = bearer_token(request.authorization);
    auth::AuthResult<Identity> identity = services.authorizer.authenticate(token);
    if (identity) return std::move(*identity);
    const auth::Refusal& refusal = identity.error();
    services.events.emit(auth_failed(refusal, request.peer_address, request.correlation_id));
    const bool has_other_form = token.empty() && !request.authorization.empty();
    return caused_by(auth::to_string(refusal.reason), has_other_form ? wrong_scheme() : refusal.error);
}

Result<Identity> writer_of(const HttpRequest& request, LoopServices& services) {
    Result<Identity> caller = caller_of(request, services);
    if (!caller) return caller;
    const Result<void> unblocked = services.permissions.may_act(caller->user);
    if (!unblocked) return unblocked.error();
    return caller;
}

Result<void> check_admin(const Result<Identity>& caller, std::string_view what) {
    if (!caller) return caller.error();
    if (caller->is_admin()) return {};
    return Error{Errc::forbidden, std::string(what) + " need a token with the admin grant"};
}

Result<void> check_json_body(const HttpRequest& request) {
    const std::string_view type = request.content_type;
    const std::string_view media = trimmed(type.substr(0, type.find(';')));
    // A browser's fetch says text/plain for a string body.
    const std::string_view suffix = media.substr(media.size() - std::min<std::size_t>(media.size(), 5));
    using boost::beast::iequals;
    const bool json =
        media.empty() || iequals(media, "application/json") || iequals(media, "text/plain") || iequals(suffix, "+json");
    if (json) return {};
    return Error{Errc::unsupported_media_type, "Send JSON with Content-Type: application/json"};
}

wire::JsonLimits json_limits(const LoopServices& services) {
    return wire::JsonLimits::with_depth(services.config.limits.json_depth);
}

}  // namespace notifyd::gateway::endpoints
