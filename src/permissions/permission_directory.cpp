// Holds the rows of all users.
#include "notifyd/permissions/permission_directory.hpp"

#include <algorithm>

namespace notifyd::permissions {

namespace {

constexpr auto topic_is_less = [](const auto& entry, const TopicName& topic) { return entry.topic < topic; };

}  // namespace

std::optional<Role> PermissionDirectory::role(const UserId& user, const TopicName& topic) const {
    return users_.visit(user, [&](const Entries* entries) -> std::optional<Role> {
        if (entries == nullptr) return std::nullopt;
        const auto place = std::lower_bound(entries->begin(), entries->end(), topic, topic_is_less);
        if (place == entries->end() || place->topic != topic) return std::nullopt;
        return place->role;
    });
}

void PermissionDirectory::set(const UserId& user, const TopicName& topic, Role role) {
    using Keep = decltype(users_)::Keep;
    users_.update(user, [&](Entries& entries) {
        const auto place = std::lower_bound(entries.begin(), entries.end(), topic, topic_is_less);
        if (place != entries.end() && place->topic == topic) {
            place->role = role;
        } else {
            entries.insert(place, Entry{topic, role});
        }
        return Keep::yes;
    });
}

void PermissionDirectory::remove(const UserId& user, const TopicName& topic) {
    using Keep = decltype(users_)::Keep;
    users_.update(user, [&](Entries& entries) {
        const auto place = std::lower_bound(entries.begin(), entries.end(), topic, topic_is_less);
        if (place != entries.end() && place->topic == topic) entries.erase(place);
        return entries.empty() ? Keep::no : Keep::yes;
    });
}

}  // namespace notifyd::permissions
