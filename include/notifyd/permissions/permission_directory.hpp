// Every permission row in memory, so that a check costs a lookup and no disk access.
// Owns:   for each user with a row, a compact sorted list of (topic, role).
// Thread: any. All loops read it; only the thread that commits the rows changes it, so it follows commit order.
// Fails:  set throws when memory runs out.
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

    // Call after the commit of the row and before the answer, or when reading rows at start.
    void set(const UserId& user, const TopicName& topic, Role role);
    // Succeeds if there is no row.
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
