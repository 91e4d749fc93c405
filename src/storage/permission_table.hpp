// Table `permissions`: written by the storage thread, listed by the reader threads, each with an object of its own.
// Owns:   nothing. Thread: the one of its connection.
// Fails:  false or nullopt when the database does.
#pragma once

#include "notifyd/core/permission.hpp"
#include "notifyd/ports/permission_store.hpp"

#include "database.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace notifyd::storage {

class PermissionTable {
  public:
    explicit PermissionTable(Database& database);

    [[nodiscard]] bool grant(const std::vector<Permission>& rows);
    [[nodiscard]] bool is_claimed(const TopicName& topic, bool& claimed);
    [[nodiscard]] bool revoke(const UserId& user, const TopicName& topic);

  private:
    Statement grant_;
    Statement any_of_topic_;
    Statement revoke_;
};

class PermissionLists {
  public:
    explicit PermissionLists(Database& database);

    [[nodiscard]] std::optional<ports::PermissionPage> by_user(const UserId& user,
                                                               std::size_t rows_max,
                                                               const std::optional<TopicName>& after);
    [[nodiscard]] std::optional<ports::PermissionPage> by_topic(const TopicName& topic,
                                                                std::size_t rows_max,
                                                                const std::optional<UserId>& after);

  private:
    Statement by_user_;
    Statement by_topic_;
};

// Every row, once, when the server starts.
[[nodiscard]] bool visit_permissions(Database& database, const std::function<void(const Permission&)>& visit);

}  // namespace notifyd::storage
