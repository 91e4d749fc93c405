// Table `tickets`: issued, used by one conditional write, revoked, forgotten.
// Thread: TicketTable on the storage thread, inside its transactions; TicketReader on one reader thread.
// Fails:  false or nullopt if the database fails.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/ports/ticket_store.hpp"
#include "notifyd/storage/read_tables.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "database.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace notifyd::storage::sqlite {

struct TicketBounds {
    std::int64_t in_all = limits::tickets_max;
    std::int64_t of_user = limits::tickets_per_user_max;
};

class TicketTable final : public TicketWrites {
  public:
    explicit TicketTable(Database& database, TicketBounds bounds = {});

    [[nodiscard]] bool issue(const ports::Ticket& ticket, std::size_t per_minute, ports::TicketIssue& issue) override;
    [[nodiscard]] bool use(const Uuid& id, EpochMs now, bool& used) override;
    [[nodiscard]] bool revoke_all(const UserId& user, EpochMs now, std::size_t& revoked) override;
    [[nodiscard]] bool delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted) override;

  private:
    // Until when the user must wait because of the last `count` tickets issued; 0: no wait.
    enum class Until : std::uint8_t { out_of_the_minute, forgotten };
    [[nodiscard]] bool find_wait(const ports::Ticket& ticket, std::int64_t count, Until until, EpochMs& end);
    // The total number; triggers keep the count (migration 0009).
    [[nodiscard]] bool measure(std::int64_t& tickets);
    [[nodiscard]] bool insert(const ports::Ticket& ticket);

    const TicketBounds bounds_;
    Database& database_;
    Statement count_;
    Statement nth_last_of_user_;
    Statement issue_;
    Statement use_;
    Statement revoke_all_;
    Statement delete_expired_;
};

// To be called inside a read transaction.
class TicketReader final : public TicketReads {
  public:
    explicit TicketReader(Database& database);

    [[nodiscard]] std::optional<std::optional<ports::FoundTicket>> find(const Uuid& id) override;

  private:
    Statement one_;
};

// When the newest ticket was issued; 0: there is none; nullopt: the database failed.
[[nodiscard]] std::optional<EpochMs> newest_ticket_issued_at(Database& database);

// For a copy of the database: a ticket that looks unused in it may have been used since.
[[nodiscard]] bool forget_tickets(Database& database);

}  // namespace notifyd::storage::sqlite
