// Grants, revokes and lists permissions.
#pragma once

#include "notifyd/ports/permission_store.hpp"

#include "loop_requests.hpp"
#include "permission_jobs.hpp"

#include <optional>
#include <utility>

namespace notifyd::storage {

class PermissionPort final : public ports::PermissionStore {
  public:
    PermissionPort(LoopRequests& requests, const ChangeListeners& listeners)
        : requests_(requests), listeners_(listeners) {}

    void grant(ports::PermissionGrant grant, Done<void> done) override {
        const std::size_t bytes = LoopRequests::request_bytes * (grant.rows.size() + 1);
        requests_.submit(std::make_unique<GrantJob>(std::move(grant), listeners_, std::move(done)), bytes);
    }
    void revoke(ports::PermissionRevocation revocation, Done<bool> done) override {
        requests_.submit(std::make_unique<RevokeJob>(std::move(revocation), listeners_, std::move(done)));
    }

    void list_by_user(UserId user,
                      std::size_t rows_max,
                      std::optional<TopicName> after,
                      Done<ports::PermissionPage> done) override {
        UserId asker = user;
        auto read = [user = std::move(user), rows_max, after = std::move(after)](ReadTables& tables) {
            return tables.permissions.by_user(user, rows_max, after);
        };
        requests_.read(std::move(asker), IfBusy::refuse, std::move(done), std::move(read));
    }
    void list_by_topic(UserId asker,
                       TopicName topic,
                       std::size_t rows_max,
                       std::optional<UserId> after,
                       Done<ports::PermissionPage> done) override {
        auto read = [topic = std::move(topic), rows_max, after = std::move(after)](ReadTables& tables) {
            return tables.permissions.by_topic(topic, rows_max, after);
        };
        requests_.read(std::move(asker), IfBusy::refuse, std::move(done), std::move(read));
    }

  private:
    LoopRequests& requests_;
    const ChangeListeners& listeners_;
};

}  // namespace notifyd::storage
