// Returns the pages left empty by deleted rows to the file system.
// Thread: the storage thread; give_back inside its transactions. Fails: false if the database fails.
#pragma once

#include "database.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::storage {

class FreePages {
  public:
    explicit FreePages(Database& database);

    // How many pages are worth returning. Begins when many are free and continues until half as many are left, so that
    // a file whose rows come and go at the same rate is left alone.
    [[nodiscard]] bool count_surplus(std::size_t& pages);
    // Returns up to `pages_max`. The next checkpoint that completes cuts off the file.
    [[nodiscard]] bool give_back(std::size_t pages_max, std::size_t& given);

  private:
    // This many free pages, or this fraction of the file, are kept.
    static constexpr std::int64_t kept_min = 1'024;
    static constexpr std::int64_t kept_part = 10;

    [[nodiscard]] bool read(Statement& statement, std::int64_t& value);

    Statement free_;
    Statement all_;
    Statement vacuum_;
    bool giving_back_ = false;
};

}  // namespace notifyd::storage
