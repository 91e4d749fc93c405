// The rows of all users, and which of them are being revoked.
#include "notifyd/permissions/permission_directory.hpp"

#include <algorithm>

namespace notifyd::permissions {

namespace {

constexpr auto topic_is_less = [](const auto& entry, const TopicName& topic) { return entry.topic < topic; };

// Unambiguous, because no id holds a control character.
std::string row_key(const UserId& user, const TopicName& topic) {
    std::string key;
    key.reserve(user.get().size() + 1 + topic.text().size());
    return key.append(user.get()).append(1, '\n').append(topic.text());
}

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

void PermissionDirectory::begin_revocation(const UserId& user, const TopicName& topic) {
    using Keep = decltype(revocations_)::Keep;
    revocations_.update(row_key(user, topic), [](std::uint32_t& count) {
        ++count;
        return Keep::yes;
    });
}

void PermissionDirectory::end_revocation(const UserId& user, const TopicName& topic) {
    using Keep = decltype(revocations_)::Keep;
    revocations_.update(row_key(user, topic),
                        [](std::uint32_t& count) { return count <= 1 || --count == 0 ? Keep::no : Keep::yes; });
}

std::uint32_t PermissionDirectory::revocations(const UserId& user, const TopicName& topic) const {
    return revocations_.visit(row_key(user, topic),
                              [](const std::uint32_t* count) { return count == nullptr ? 0 : *count; });
}

}  // namespace notifyd::permissions
