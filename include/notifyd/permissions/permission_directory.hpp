// Every permission row in memory, so that a check costs a lookup and no disk.
// Owns:   a compact sorted list of (topic, role) for each user who has one, and the rows that are being changed.
// Thread: any: all loops read and write it.
// Fails:  never.
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

class PermissionManager;

class PermissionDirectory {
  public:
    // nullopt: no row.
    [[nodiscard]] std::optional<Role> role(const UserId& user, const TopicName& topic) const;

    // After the commit of the row (or its deletion), or when it is read at start.
    void set(const UserId& user, const TopicName& topic, Role role);
    // Fine if there is no row.
    void remove(const UserId& user, const TopicName& topic);

    // A row is changed by one loop at a time, from before the request to the store until after set or remove: two
    // loops learn of their commits in any order, and the later word must be the later commit's, or memory would differ
    // from the disk until the next start. Changes of one loop may overlap: they commit in order.
    // False: another loop has it.
    [[nodiscard]] bool begin_change(const UserId& user, const TopicName& topic, const PermissionManager& loop);
    // Once for each begin_change that gave true.
    void end_change(const UserId& user, const TopicName& topic);

  private:
    struct Entry {
        TopicName topic;
        Role role;
    };
    using Entries = std::vector<Entry>;

    struct Changes {
        const PermissionManager* loop = nullptr;  // only compared
        std::uint32_t count = 0;
    };

    runtime::ShardedMap<UserId, Entries> users_;
    runtime::ShardedMap<std::string, Changes> changing_;
};

}  // namespace notifyd::permissions
