// Gives the pages that deleted rows have left empty back to the disk.
// Thread: the storage thread; give_back inside its transactions.
// Fails:  false when the database does.
#pragma once

#include "database.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::storage {

class FreePages {
  public:
    explicit FreePages(Database& database);

    // How many pages are worth giving back. Starts when many are free and continues until half as many are left, so
    // that a file whose rows come and go at the same rate is left alone.
    [[nodiscard]] bool count_surplus(std::size_t& pages);
    // Gives back up to `pages_max`. The file is cut off by the next checkpoint that finishes.
    [[nodiscard]] bool give_back(std::size_t pages_max, std::size_t& given);

  private:
    // So many free pages, or such a part of the file, are left alone.
    static constexpr std::int64_t kept_min = 1'024;
    static constexpr std::int64_t kept_part = 10;

    [[nodiscard]] bool read(Statement& statement, std::int64_t& value);

    Statement free_;
    Statement all_;
    Statement vacuum_;
    bool giving_back_ = false;
};

}  // namespace notifyd::storage
