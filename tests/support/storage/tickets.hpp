// Connection tokens and calls to their port.
#pragma once

#include "support/storage/storage_fixture.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>

namespace notifyd::storage::testing {

inline constexpr EpochMs start = 1'700'000'000'000;

inline Uuid ticket_id(int number) {
    Uuid id;
    id.bytes[14] = static_cast<std::uint8_t>(number / 256);
    id.bytes[15] = static_cast<std::uint8_t>(number % 256);
    return id;
}

inline ports::Ticket ticket(int number,
                            EpochMs issued_at = start,
                            const std::string& user = "u1",
                            EpochMs life = 60'000) {
    ports::Ticket made;
    made.id = ticket_id(number);
    made.identity.user = UserId(user);
    made.identity.expires_at = issued_at + 3'600'000;
    made.issued_at = issued_at;
    made.expires_at = issued_at + life;
    return made;
}

class Tickets {
  public:
    explicit Tickets(Loop& loop) : loop_(loop) {}

    ports::TicketIssue issue(const ports::Ticket& made, std::size_t per_minute = 0) {
        const auto issue = loop_.ask<ports::TicketIssue>(
            [&](StorageClient& client, auto done) { client.tickets().issue(made, per_minute, std::move(done)); });
        REQUIRE(issue.has_value());
        return *issue;
    }
    std::optional<ports::FoundTicket> find(int number) {
        const auto found = loop_.ask<std::optional<ports::FoundTicket>>([&](StorageClient& client, auto done) {
            client.tickets().find(ticket_id(number), UserId("u1"), std::move(done));
        });
        REQUIRE(found.has_value());
        return *found;
    }
    bool use(int number, EpochMs now = start) {
        const auto used = loop_.ask<bool>(
            [&](StorageClient& client, auto done) { client.tickets().use(ticket_id(number), now, std::move(done)); });
        REQUIRE(used.has_value());
        return *used;
    }
    std::size_t revoke(const std::string& user, EpochMs now = start) {
        const auto revoked = loop_.ask<std::size_t>(
            [&](StorageClient& client, auto done) { client.tickets().revoke(UserId(user), now, std::move(done)); });
        REQUIRE(revoked.has_value());
        return *revoked;
    }
    std::size_t expire(EpochMs cutoff, std::size_t rows_max = 100) {
        const auto deleted = loop_.ask<std::size_t>([&](StorageClient& client, auto done) {
            client.tickets().delete_expired(cutoff, rows_max, std::move(done));
        });
        REQUIRE(deleted.has_value());
        return *deleted;
    }

  private:
    Loop& loop_;
};

}  // namespace notifyd::storage::testing
