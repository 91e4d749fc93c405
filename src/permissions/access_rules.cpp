// Implements the table of docs/protocol.md#permissions.
#include "notifyd/permissions/access_rules.hpp"

#include <algorithm>

namespace notifyd::permissions {

namespace {

bool is_own_topic(const Identity& identity, const TopicName& topic) {
    return topic.topic_class() == TopicClass::user && topic.id() == identity.user.get();
}

// The better of the row and the claim, which makes a member; a ban overrides both.
std::optional<Role> role_of(const Identity& identity, const TopicName& topic, std::optional<Role> row) {
    if (row == Role::none) return row;
    const auto& claimed = identity.claimed_topics;
    if (std::find(claimed.begin(), claimed.end(), topic) == claimed.end()) return row;
    return std::max(row.value_or(Role::member), Role::member);
}

}  // namespace

bool is_allowed(const PermissionSettings& settings,
                const Identity& identity,
                const TopicName& topic,
                std::optional<Role> row,
                Action action) {
    if (identity.is_admin()) return true;
    const bool is_user_topic = topic.topic_class() == TopicClass::user;
    const std::optional<Role> role = role_of(identity, topic, row);
    // Nobody can be banned from their own topic, and the operator's tokens publish by right of their grant.
    if (role == Role::none && !is_own_topic(identity, topic)) return action == Action::publish && identity.is_service();
    switch (action) {
        case Action::receive:
            return role >= Role::viewer || is_own_topic(identity, topic);
        case Action::publish:
            // Always allowed to oneself: the setting concerns messages to others.
            return identity.is_service() || role >= Role::member || is_own_topic(identity, topic) ||
                   (is_user_topic && settings.direct_messages == DirectMessages::allowed);
        case Action::administer:
            // Only admin tokens grant on a user's topic, whatever roles they have granted there.
            return role >= Role::admin && !is_user_topic;
        case Action::list:
            return role >= Role::member;
    }
    return false;
}

}  // namespace notifyd::permissions
