// Returns the pages left empty by deleted rows to the file system.
// Thread: the storage thread; give_back inside its transactions. Fails: false if the database fails.
#pragma once

#include "notifyd/storage/write_tables.hpp"

#include "database.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::storage::sqlite {

class FreePages final : public SpaceWrites {
  public:
    explicit FreePages(Database& database);

    // Begins when many are free and continues until half as many are left, so that a file whose rows come and go at the
    // same rate is left alone.
    [[nodiscard]] bool count_surplus(std::size_t& pages) override;
    // The next checkpoint that completes cuts off the file.
    [[nodiscard]] bool give_back(std::size_t pages_max, std::size_t& given) override;

    void begin_group() { gave_all_ = false; }
    // Whether this group has returned the last of the surplus.
    [[nodiscard]] bool has_given_all() const { return gave_all_; }

  private:
    // This many free pages, or this fraction of the file, are kept.
    static constexpr std::int64_t kept_min = 1'024;
    static constexpr std::int64_t kept_part = 10;

    [[nodiscard]] bool read(Statement& statement, std::int64_t& value);

    Statement free_;
    Statement all_;
    Statement vacuum_;
    bool giving_back_ = false;
    std::size_t surplus_ = 0;  // when it was last counted
    bool gave_all_ = false;
};

}  // namespace notifyd::storage::sqlite
