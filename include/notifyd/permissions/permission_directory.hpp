// Every permission row in memory, so that a check costs a lookup and no disk.
// Owns:   a compact sorted list of (topic, role) for each user who has one.
// Thread: any: all loops read it; rows are changed by the thread that commits them, so in commit order.
// Fails:  set throws when memory runs out; nothing else fails.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/runtime/sharded_map.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::permissions {

class PermissionDirectory {
  public:
    // nullopt: no row.
    [[nodiscard]] std::optional<Role> role(const UserId& user, const TopicName& topic) const;

    // After the commit of the row (or its deletion) and before it is answered, or when it is read at start.
    void set(const UserId& user, const TopicName& topic, Role role);
    // Fine if there is no row.
    void remove(const UserId& user, const TopicName& topic);

  private:
    struct Entry {
        TopicName topic;
        Role role;
    };
    using Entries = std::vector<Entry>;

    runtime::ShardedMap<UserId, Entries> users_;
};

}  // namespace notifyd::permissions
