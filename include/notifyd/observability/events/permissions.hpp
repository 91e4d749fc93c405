// Events of permissions and blocked users.
#pragma once

#include "notifyd/core/permission.hpp"
#include "notifyd/observability/event.hpp"

#include <string_view>

namespace notifyd::observability {

struct PermissionGranted {
    static constexpr EventInfo info{"permission_granted"};

    const UserId& user;
    const TopicName& topic;
    Role role = Role::member;
    const UserId& by;

    void describe(Fields& fields) const {
        fields.user(user).topic(topic).text("role", to_string(role)).text("by", by.get());
    }
};

struct PermissionRevoked {
    static constexpr EventInfo info{"permission_revoked"};

    const UserId& user;
    const TopicName& topic;
    const UserId& by;

    void describe(Fields& fields) const { fields.user(user).topic(topic).text("by", by.get()); }
};

struct UserBlocked {
    static constexpr EventInfo info{"user_blocked"};

    const UserId& user;
    const UserId& by;
    std::string_view reason;

    void describe(Fields& fields) const { fields.user(user).text("by", by.get()).text("reason", reason); }
};

struct UserUnblocked {
    static constexpr EventInfo info{"user_unblocked"};

    const UserId& user;
    const UserId& by;

    void describe(Fields& fields) const { fields.user(user).text("by", by.get()); }
};

}  // namespace notifyd::observability
