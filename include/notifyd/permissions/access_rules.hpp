// Who may do what in a topic (docs/protocol.md#permissions): the decision alone, from an identity and a row.
// Owns: nothing. Thread: any. Fails: never.
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
    // Classes whose members are named by tokens: their topics have no rows, and are nobody's to claim for that.
    std::set<TopicClass> classes_of_claims;
    // Grants and revocations of one user without the admin grant; 0: any number.
    std::size_t writes_per_minute = 0;
    ports::PermissionBounds bounds;
};

enum class Action : std::uint8_t {
    receive,  // be sent the topic's messages, and read its history
    publish,
    administer,  // grant to others, and take from them
    list,        // see who is in the topic: for its members and admins
};

// `row` is the role of the identity's row in the topic, if there is one.
[[nodiscard]] bool is_allowed(const PermissionSettings& settings,
                              const Identity& identity,
                              const TopicName& topic,
                              std::optional<Role> row,
                              Action action);

}  // namespace notifyd::permissions
