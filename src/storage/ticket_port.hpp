// Issues, finds, uses, revokes and forgets connection tokens.
#pragma once

#include "notifyd/ports/ticket_store.hpp"

#include "loop_requests.hpp"

#include <optional>
#include <utility>

namespace notifyd::storage {

class TicketPort final : public ports::TicketStore {
  public:
    explicit TicketPort(LoopRequests& requests) : requests_(requests) {}

    void issue(ports::Ticket ticket, std::size_t per_minute, Done<ports::TicketIssue> done) override {
        const std::size_t bytes = LoopRequests::request_bytes * (ticket.identity.claimed_topics.size() + 2);
        auto write = [ticket = std::move(ticket), per_minute](WriteTables& tables, ports::TicketIssue& issue) {
            return tables.tickets.issue(ticket, per_minute, issue);
        };
        requests_.write(std::move(done), std::move(write), bytes);
    }
    void find(Uuid id, UserId asker, Done<std::optional<ports::FoundTicket>> done) override {
        requests_.read(std::move(asker), IfBusy::refuse, std::move(done), [id](ReadTables& tables) {
            return tables.tickets.find(id);
        });
    }
    void use(Uuid id, EpochMs now, Done<bool> done) override {
        requests_.write(std::move(done),
                        [id, now](WriteTables& tables, bool& used) { return tables.tickets.use(id, now, used); });
    }
    void revoke(UserId user, EpochMs now, Done<std::size_t> done) override {
        requests_.write(std::move(done), [user = std::move(user), now](WriteTables& tables, std::size_t& revoked) {
            return tables.tickets.revoke_all(user, now, revoked);
        });
    }
    void delete_expired(EpochMs cutoff, std::size_t rows_max, Done<std::size_t> done) override {
        requests_.write(std::move(done), [cutoff, rows_max](WriteTables& tables, std::size_t& deleted) {
            return tables.tickets.delete_expired(cutoff, rows_max, deleted);
        });
    }

  private:
    LoopRequests& requests_;
};

}  // namespace notifyd::storage
