// Verb and path -> endpoint, from one table. A path may hold one parameter, a segment in braces; one without that fits
// as well goes first.
// Owns: nothing. Thread: any. Fails: not_found, or method_not_allowed with the verbs that are.
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/gateway/loop_services.hpp"

#include "http_reply.hpp"
#include "http_request.hpp"
#include "socket.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace notifyd::gateway {

// A request whose caller may make it.
struct Call {
    const HttpRequest& request;
    // For an open route: nobody, with neither an id nor a grant.
    const Identity& caller;
};

// Both parameters live in the session's coroutine, which waits for the endpoint.
using Endpoint = Awaitable<Result<HttpReply>> (*)(const Call& call, LoopServices& services);

// Who may call a route: anybody, anybody with a valid token, or only a token with the admin grant. The session enforces
// it before the endpoint runs.
enum class Access : std::uint8_t { open, user, admin };

// Whether a route admits users who are blocked: they may read, and whatever else the service behind the route lets them
// do.
enum class BlockedUsers : std::uint8_t { admitted, refused };

// What may stand in a request's body: nothing that anybody reads, JSON of a few fields, a frame, a message, a batch.
enum class BodyKind : std::uint8_t { unread, fields, frame, message, batch };

struct Route {
    std::string_view method;
    std::string_view path;
    Endpoint endpoint;
    Access access = Access::user;
    BodyKind body = BodyKind::unread;
    BlockedUsers blocked_users = BlockedUsers::admitted;
};

[[nodiscard]] std::span<const Route> routes();

struct RouteMatch {
    const Route* route = nullptr;
    // The verbs of the path, "GET, HEAD, POST", where the verb had no route; empty: no such path.
    std::string allow;
    // What stands in the path for the route's parameter, percent-decoded.
    std::string parameter{};
};

// The path is a Target's: %2F in it is no separator. HEAD is answered by the GET route. The path "*" is the server as a
// whole, which has no route, but verbs.
[[nodiscard]] RouteMatch match_route(std::string_view method, std::string_view path);
// The same in any table.
[[nodiscard]] RouteMatch match_route_in(std::span<const Route> table, std::string_view method, std::string_view path);

}  // namespace notifyd::gateway
