// Table `dead_letters`.
// Owns:   nothing.
// Thread: DeadLetterTable the storage thread, inside its transactions; DeadLetterLists one reader thread.
// Fails:  false or nullopt when the database does.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/storage/storage.hpp"

#include "database.hpp"
#include "message_search.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace notifyd::storage {

class DeadLetterTable {
  public:
    // `letters_max`: one more than this is dropped.
    DeadLetterTable(Database& database, History history, std::int64_t letters_max);
    [[nodiscard]] static std::int64_t letters_max(History history);

    // With history, the message itself stays where it is: in the log.
    [[nodiscard]] bool add(const DeadLetter& letter);
    [[nodiscard]] bool remove(const Uuid& id, bool& removed);
    [[nodiscard]] bool failed_again(const Uuid& id, EpochMs at, const std::string& reason);
    [[nodiscard]] bool delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted);
    // How many found the table full since the last call.
    [[nodiscard]] std::size_t take_dropped() { return std::exchange(dropped_, 0); }

  private:
    [[nodiscard]] bool is_full();

    const History history_;
    const std::int64_t letters_max_;
    Database& database_;
    std::size_t dropped_ = 0;
    Statement first_;
    Statement last_;
    Statement add_;
    Statement remove_;
    Statement failed_again_;
    Statement delete_expired_;
};

// To be called inside a read transaction.
class DeadLetterLists {
  public:
    DeadLetterLists(Database& database, observability::Events& events);

    // A page ends early, with at least one letter, where its messages would exceed limits::page_bytes_max.
    [[nodiscard]] std::optional<DeadLetterPage> list(const ports::DeadLetterQuery& query);
    // nullopt inside: there is none.
    [[nodiscard]] std::optional<std::optional<DeadLetter>> find(const Uuid& id);

  private:
    [[nodiscard]] Statement& bound(const ports::DeadLetterQuery& query);
    [[nodiscard]] bool fill_head(DeadLetter& letter);

    Statement all_;
    Statement of_queue_;
    Statement marked_;
    Statement one_;
    MessageSearch messages_;
};

}  // namespace notifyd::storage
