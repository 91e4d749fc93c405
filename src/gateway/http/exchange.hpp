// One HTTP request, and what is known of it so far: it is read, its route found, its caller identified, its body paid
// for, in this order. Lives in the frame of the session's coroutine until it is answered.
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/core/identity.hpp"

#include "http/body_memory.hpp"
#include "http/http_reply.hpp"
#include "http/http_request.hpp"
#include "http/request_reader.hpp"
#include "http/route_match.hpp"

#include <optional>
#include <string_view>

namespace notifyd::gateway {

struct Exchange {
    RequestReader reader;
    HttpRequest request;
    RouteMatch match;
    // Who sent the request, or why the token was refused; nullopt until the token has been verified.
    std::optional<auth::AuthResult<Identity>> caller;
    // The memory that a large body has reserved; present once its token has been verified.
    std::optional<BodyMemory::Share> paid;

    [[nodiscard]] const Route* route() const { return match.route; }
    // Null until the token has been verified, and if it was refused.
    [[nodiscard]] const Identity* identity() const { return caller && *caller ? &**caller : nullptr; }
    // Empty if it is not known.
    [[nodiscard]] std::string_view user() const {
        return identity() == nullptr ? std::string_view() : std::string_view(identity()->user.get());
    }
};

}  // namespace notifyd::gateway
