// What the router knows of a route, and how a resource declares its routes. The texts are literals.
// Thread: any (values); an endpoint runs on its loop.
// Fails:  an endpoint with any error, which the session turns into the reply.
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

// Who may call a route: anyone, anyone with a valid token, or only a token with the service or the admin grant. The
// session enforces it before the endpoint runs.
enum class Access : std::uint8_t { open, user, service, admin };

// Whether a route admits blocked users: they may read, and do whatever else the service behind the route allows them.
enum class BlockedUsers : std::uint8_t { admitted, refused };

// What a request's body may contain: nothing that anyone reads, JSON with a few fields, a frame, a message, a batch.
enum class BodyKind : std::uint8_t { unread, fields, frame, message, batch };

// A path may contain one parameter, a segment in braces.
struct Route {
    std::string_view method;
    std::string_view path;
    Access access = Access::user;
    BodyKind body = BodyKind::unread;
    BlockedUsers blocked_users = BlockedUsers::admitted;
};

// A request whose caller is permitted to make it.
struct Call {
    const HttpRequest& request;
    // For an open route: nobody, without an id or a grant.
    const Identity& caller;
};

// The endpoint's coroutine, which uses its Call until it ends.
using EndpointReply = boost::asio::awaitable<Result<HttpReply>, runtime::Executor>;

// A route and the member function of the resource that answers it.
template <class Resource>
struct ResourceRoute {
    Route route;
    EndpointReply (Resource::*endpoint)(const Call& call);
};

}  // namespace notifyd::gateway
