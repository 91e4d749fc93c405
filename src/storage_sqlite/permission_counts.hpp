// The number of permission rows of a topic or a user: counted on first use and kept up to date from then on, so that a
// grant in a topic of 100,000 members costs no more than one in an empty topic.
// Thread: the storage thread, inside its transactions. After a rollback, all counts must be forgotten.
// Fails:  false if the database fails.
#pragma once

#include "database.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace notifyd::storage::sqlite {

class PermissionCounts {
  public:
    // `count_rows` selects the number of rows for the name bound to its only parameter.
    PermissionCounts(Database& database, std::string_view count_rows) : count_rows_(database, count_rows) {}

    [[nodiscard]] bool find(const std::string& name, std::int64_t& rows);
    // After a row was added or deleted.
    void add(const std::string& name, std::int64_t rows);
    void forget() { known_.clear(); }

    // Once this many names are known, all are forgotten.
    static constexpr std::size_t names_max = 16'384;

  private:
    Statement count_rows_;
    std::unordered_map<std::string, std::int64_t> known_;
};

}  // namespace notifyd::storage::sqlite
