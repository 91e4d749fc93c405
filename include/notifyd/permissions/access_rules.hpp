// Who may do what in a topic (docs/protocol.md#permissions): the pure decision, from an identity and a row.
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/ports/permission_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

namespace notifyd::permissions {

// Whether users may publish to the `user:` topics of others.
enum class DirectMessages : std::uint8_t { refused, allowed };
// Whether a user who grants on a topic without rows becomes its admin.
enum class SelfClaim : std::uint8_t { off, on };

struct PermissionSettings {
    DirectMessages direct_messages = DirectMessages::allowed;
    SelfClaim self_claim = SelfClaim::off;
    // Classes whose members are named by token claims: their topics have no rows, but that must not make them
    // claimable.
    std::set<TopicClass> classes_of_claims;
    // How many grants and revocations a user without the admin grant may make; 0: unlimited.
    std::size_t writes_per_minute = 0;
    ports::PermissionBounds bounds;
};

enum class Action : std::uint8_t {
    receive,  // receive the topic's messages and read its history
    publish,
    administer,  // grant to others and revoke from them
    list,        // see who is in the topic: for its members and admins
};

// `row` is the role in the identity's row for the topic, if there is one.
[[nodiscard]] bool is_allowed(const PermissionSettings& settings,
                              const Identity& identity,
                              const TopicName& topic,
                              std::optional<Role> row,
                              Action action);

}  // namespace notifyd::permissions
