// A permission: what a user may do in a topic (docs/protocol.md#permissions).
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace notifyd {

// Ordered: each role includes the rights of the one before. `none` is a ban: it grants nothing and overrides token
// claims. The numeric values are stored in the database.
enum class Role : std::uint8_t { none = 0, viewer = 1, member = 2, admin = 3 };

[[nodiscard]] constexpr std::string_view to_string(Role role) {
    switch (role) {
        case Role::none:
            return "none";
        case Role::viewer:
            return "viewer";
        case Role::member:
            return "member";
        case Role::admin:
            return "admin";
    }
    return "none";
}

[[nodiscard]] constexpr std::optional<Role> parse_role(std::string_view text) {
    for (const Role role : {Role::none, Role::viewer, Role::member, Role::admin}) {
        if (to_string(role) == text) return role;
    }
    return std::nullopt;
}

struct Permission {
    UserId user;
    TopicName topic;
    Role role = Role::member;
    EpochMs granted_at = 0;
    UserId granted_by;
};

}  // namespace notifyd
