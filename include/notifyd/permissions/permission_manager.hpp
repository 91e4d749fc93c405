// Answers who may do what in a topic, and grants, revokes and lists permissions (docs/protocol.md#permissions).
// Flow:   endpoint -> PermissionManager -> PermissionStore (judges again, commits) -> PermissionDirectory ->
//         [ChangeListener] -> `done`
// Thread: one loop; each loop has its own instance over the shared directory and rate limit. It outlives the operations
//         it started.
// Fails:  blocked (the user, except for reading and leaving), forbidden (the same message for a topic that does not
//         exist and one that is out of reach), invalid_request (a bad user id or limit), rate_limited, conflict (the
//         topic or the user has the maximum number of rows), unavailable (from the store: nothing was changed).
//         Refusals call `done` inside the call, everything else later.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/permissions/access_rules.hpp"
#include "notifyd/permissions/block_list.hpp"
#include "notifyd/permissions/change_listener.hpp"
#include "notifyd/permissions/permission_directory.hpp"
#include "notifyd/ports/permission_store.hpp"
#include "notifyd/runtime/shared_rate_limit.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace notifyd::permissions {

struct GrantRequest {
    UserId user;
    TopicName topic;
    Role role = Role::member;
};

using GrantDone = UniqueFunction<void(Result<Permission>)>;
using RevokeDone = UniqueFunction<void(Result<void>)>;
using ListDone = UniqueFunction<void(Result<ports::PermissionPage>)>;

class PermissionManager {
  public:
    // `writes` limits grants and revocations per user. The directory follows what the store commits.
    PermissionManager(PermissionSettings settings,
                      PermissionDirectory& directory,
                      const BlockList& blocks,
                      runtime::SharedRateLimit& writes,
                      ports::PermissionStore& store,
                      ChangeListener& changes,
                      observability::Events& events,
                      const Clock& clock);

    // Replaces the settings.
    void use(PermissionSettings settings) { settings_ = settings; }

    PermissionManager(const PermissionManager&) = delete;
    PermissionManager& operator=(const PermissionManager&) = delete;

    // Whether the user may open connections and change what belongs to no topic: connections, blocks, dead letters. The
    // caller checks whatever else that requires.
    [[nodiscard]] Result<void> may_act(const UserId& user) const;
    // Receive messages and read history.
    [[nodiscard]] Result<void> may_receive(const Identity& identity, const TopicName& topic) const;
    [[nodiscard]] Result<void> may_publish(const Identity& identity, const TopicName& topic) const;
    // Grant and revoke.
    [[nodiscard]] Result<void> may_administer(const Identity& identity, const TopicName& topic) const;

    // Writes the row and answers with it. A granter whose right comes from a row must still be admin when the grant is
    // committed. Where the settings allow it, a user who may not administer the topic can still claim one without rows
    // (never a `user:` topic) and becomes its admin, in one transaction with the requested row. Users who claim a topic
    // by granting to themselves become admin whatever role they asked for, and the answer says so.
    // The role `none` is a ban: `done` runs when no connection of that user on any loop has the topic any more.
    void grant(const Identity& granter, GrantRequest request, GrantDone done);

    // Deletes the row; succeeds if there was none. Users may revoke themselves, even the last admin, but not lift a ban
    // from themselves. Whoever revokes another user must still be admin when the revocation is committed, as with a
    // grant. `done` runs when no connection on any loop has the topic by that row any more.
    void revoke(const Identity& revoker, UserId user, TopicName topic, RevokeDone done);

    // One user's rows, ordered by topic; another user's only with the admin grant. `limit` is 1 to 100.
    void list_by_user(
        const Identity& asker, UserId user, std::size_t limit, std::optional<TopicName> after, ListDone done) const;

    // One topic's rows, ordered by user; for its members and admins. `limit` is 1 to 100.
    void list_by_topic(
        const Identity& asker, TopicName topic, std::size_t limit, std::optional<UserId> after, ListDone done) const;

  private:
    [[nodiscard]] bool allowed(const Identity& identity, const TopicName& topic, Action action) const;
    // The log distinguishes a ban from a missing permission.
    [[nodiscard]] Error refused(const UserId& user, const TopicName& topic, Action action) const;
    // The identity's right to change the topic's rows, as far as memory knows; nullopt: none.
    [[nodiscard]] std::optional<ports::Basis> basis_of(const Identity& identity, const TopicName& topic) const;
    [[nodiscard]] bool may_claim(const TopicName& topic) const;
    [[nodiscard]] Result<void> take_write(const Identity& identity);
    void granted(std::vector<Permission> rows, GrantDone done);
    void revoked(const ports::PermissionRevocation& revocation, const Result<bool>& removed, RevokeDone done);

    PermissionSettings settings_;
    PermissionDirectory& directory_;
    const BlockList& blocks_;
    runtime::SharedRateLimit& writes_;
    ports::PermissionStore& store_;
    ChangeListener& changes_;
    observability::Events& events_;
    const Clock& clock_;
};

}  // namespace notifyd::permissions
