// How many permission rows a topic or a user has: counted when first asked for, and kept up to date from then on, so
// that a grant to a topic of 100,000 members costs no more than one to an empty topic. Thread: the storage thread,
// inside its transactions. After a rollback every count must be forgotten. Fails:  false when the database does.
#pragma once

#include "database.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace notifyd::storage {

class PermissionCounts {
  public:
    // `count_rows` selects the number of rows of the name that is bound to its only parameter.
    PermissionCounts(Database& database, std::string_view count_rows) : count_rows_(database, count_rows) {}

    [[nodiscard]] bool find(const std::string& name, std::int64_t& rows);
    // After a row was added or deleted.
    void add(const std::string& name, std::int64_t rows);
    void forget() { known_.clear(); }

    // When this many names are known, all are forgotten.
    static constexpr std::size_t names_max = 16'384;

  private:
    Statement count_rows_;
    std::unordered_map<std::string, std::int64_t> known_;
};

}  // namespace notifyd::storage
