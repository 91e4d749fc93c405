// Table `permissions`: written by the storage thread, listed by the reader threads, each with its own object on its own
// connection.
// Fails:  false or nullopt if the database fails.
#pragma once

#include "notifyd/core/permission.hpp"
#include "notifyd/ports/permission_store.hpp"
#include "notifyd/storage/read_tables.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "database.hpp"
#include "permission_counts.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace notifyd::storage::sqlite {

class PermissionTable final : public PermissionWrites {
  public:
    explicit PermissionTable(Database& database);

    [[nodiscard]] bool grant(const ports::PermissionGrant& grant, std::optional<Error>& refused) override;
    [[nodiscard]] bool revoke(const ports::PermissionRevocation& revocation,
                              std::optional<Error>& refused,
                              bool& removed) override;
    // After a rollback.
    void forget();

  private:
    [[nodiscard]] bool judge(ports::Basis basis,
                             const UserId& asker,
                             const TopicName& topic,
                             std::optional<Error>& refused);
    [[nodiscard]] bool count(const ports::PermissionGrant& grant, std::optional<Error>& refused);
    [[nodiscard]] bool write(const Permission& row);

    Database& database_;
    Statement role_;
    Statement any_of_topic_;
    Statement grant_;
    Statement revoke_;
    PermissionCounts of_topics_;
    PermissionCounts of_users_;
};

class PermissionLists final : public PermissionReads {
  public:
    explicit PermissionLists(Database& database);

    [[nodiscard]] std::optional<ports::PermissionPage> by_user(const UserId& user,
                                                               std::size_t rows_max,
                                                               const std::optional<TopicName>& after) override;
    [[nodiscard]] std::optional<ports::PermissionPage> by_topic(const TopicName& topic,
                                                                std::size_t rows_max,
                                                                const std::optional<UserId>& after) override;

  private:
    Statement by_user_;
    Statement by_topic_;
};

// Visits every row; for the start of the server.
[[nodiscard]] bool visit_permissions(Database& database, const std::function<void(const Permission&)>& visit);

}  // namespace notifyd::storage::sqlite
