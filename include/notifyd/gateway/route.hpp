// What the router knows of a route, and how a resource declares the routes that it serves.
// Owns:   nothing; the texts are literals.
// Thread: any (values); an endpoint runs on its loop.
// Fails:  an endpoint with any error: the session turns it into the reply.
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string_view>

namespace notifyd::gateway {

struct HttpRequest;
struct HttpReply;

// Who may call a route: anybody, anybody with a valid token, or only a token with the admin grant. The session enforces
// it before the endpoint runs.
enum class Access : std::uint8_t { open, user, admin };

// Whether a route admits users who are blocked: they may read, and whatever else the service behind the route lets them
// do.
enum class BlockedUsers : std::uint8_t { admitted, refused };

// What may stand in a request's body: nothing that anybody reads, JSON of a few fields, a frame, a message, a batch.
enum class BodyKind : std::uint8_t { unread, fields, frame, message, batch };

// A path may hold one parameter, a segment in braces.
struct Route {
    std::string_view method;
    std::string_view path;
    Access access = Access::user;
    BodyKind body = BodyKind::unread;
    BlockedUsers blocked_users = BlockedUsers::admitted;
};

// A request whose caller may make it.
struct Call {
    const HttpRequest& request;
    // For an open route: nobody, with neither an id nor a grant.
    const Identity& caller;
};

// A coroutine of the endpoint, which uses its Call until it ends.
using EndpointReply = boost::asio::awaitable<Result<HttpReply>, runtime::Executor>;

// A route and the member function of the resource that answers it.
template <class Resource>
struct ResourceRoute {
    Route route;
    EndpointReply (Resource::*endpoint)(const Call& call);
};

}  // namespace notifyd::gateway
