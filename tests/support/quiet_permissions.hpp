// Permissions that never change: stubs for a manager of which only the directory is used.
#pragma once

#include "notifyd/observability/events.hpp"
#include "notifyd/permissions/permission_manager.hpp"

namespace notifyd::testing {

struct NoPermissionStore final : ports::PermissionStore {
    void grant(ports::PermissionGrant, UniqueFunction<void(Result<void>)>) override {}
    void revoke(ports::PermissionRevocation, UniqueFunction<void(Result<bool>)>) override {}
    void list_by_user(UserId,
                      std::size_t,
                      std::optional<TopicName>,
                      UniqueFunction<void(Result<ports::PermissionPage>)>) override {}
    void list_by_topic(UserId,
                       TopicName,
                       std::size_t,
                       std::optional<UserId>,
                       UniqueFunction<void(Result<ports::PermissionPage>)>) override {}
};

struct NobodyListens final : permissions::ChangeListener {
    void revoked(const UserId&, const TopicName&, UniqueFunction<void()> everywhere) override { everywhere(); }
    void granted(const UserId&, const TopicName&, Role) override {}
    void blocked(const UserId&, UniqueFunction<void()> everywhere) override { everywhere(); }
};

// A manager and its collaborators; tests set rows in the directory.
struct QuietPermissions {
    QuietPermissions(const Clock& clock, observability::Events& events)
        : blocks(clock), manager({}, directory, blocks, writes, store, listener, events, clock) {}

    permissions::PermissionDirectory directory;
    permissions::BlockList blocks;
    runtime::SharedRateLimit writes;
    NoPermissionStore store;
    NobodyListens listener;
    permissions::PermissionManager manager;
};

}  // namespace notifyd::testing
