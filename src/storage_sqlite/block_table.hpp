// Table `user_blocks`: written by the storage thread, listed by the reader threads, each with its own object on its own
// connection.
// Fails:  false or nullopt if the database fails.
#pragma once

#include "notifyd/core/user_block.hpp"
#include "notifyd/ports/block_store.hpp"
#include "notifyd/storage/read_tables.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "database.hpp"

#include <cstddef>
#include <functional>
#include <optional>

namespace notifyd::storage::sqlite {

class BlockTable final : public BlockWrites {
  public:
    explicit BlockTable(Database& database);

    [[nodiscard]] bool block(const UserBlock& block) override;
    [[nodiscard]] bool unblock(const UserId& user, bool& removed) override;

  private:
    Database& database_;
    Statement block_;
    Statement unblock_;
    Statement forget_ended_;
};

class BlockLists final : public BlockReads {
  public:
    explicit BlockLists(Database& database);

    [[nodiscard]] std::optional<ports::BlockPage> list(EpochMs now,
                                                       std::size_t rows_max,
                                                       const std::optional<UserId>& after) override;

  private:
    Statement list_;
};

// Visits every row; for the start of the server.
[[nodiscard]] bool visit_blocks(Database& database, const std::function<void(const UserBlock&)>& visit);

}  // namespace notifyd::storage::sqlite
