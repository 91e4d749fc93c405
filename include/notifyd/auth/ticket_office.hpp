// Manages connection tokens from their issue to the one connect that uses them up (docs/protocol.md#single-use-tokens).
// A token consists of a text signed by this server and a row stored by it: a token that was signed elsewhere, even with
// the secret, admits nobody. Its rights are in the row, taken from the JWT that requested the token.
// Flow:   POST /ws/token -> issue -> (client) -> connect: find, all other checks, use -> 101
// Thread: one loop; `done` runs on it. The config is the loop's own and is read on every call.
// Fails:  unauthorized with a reason for the log; forbidden, rate_limited, not_found (no tokens.secret), unavailable.
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/config/config.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/ports/ticket_store.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::auth {

struct IssuedToken {
    std::string token;
    Uuid id;
    EpochMs expires_at = 0;
};

struct IssueRefusal {
    Error error;
    Milliseconds retry_after{0};  // for rate_limited
};

using IssueResult = boost::system::result<IssuedToken, IssueRefusal>;

class TicketOffice {
  public:
    // `clock` provides the times in a token; `lifetimes`, which nobody can set, decides how long it is valid.
    TicketOffice(const config::Config& config,
                 ports::TicketStore& store,
                 const Clock& clock,
                 const Clock& lifetimes,
                 IdSource& ids)
        : config_(config), store_(store), clock_(clock), lifetimes_(lifetimes), ids_(ids) {}

    // For the user of a JWT. `channels` limits the connection to these; nullopt: no limit.
    void issue(const Identity& caller,
               std::optional<std::vector<std::string>> channels,
               UniqueFunction<void(IssueResult)> done);
    // Invalidates the user's unused tokens and returns how many there were.
    void revoke(const UserId& user, UniqueFunction<void(Result<std::size_t>)> done);

    // What was issued as this token: its user and rights. Does not use it up.
    void find(std::string_view token, UniqueFunction<void(AuthResult<ports::Ticket>)> done);
    // Uses it up: succeeds for only one of several attempts, after the commit.
    void use(const Uuid& id, UniqueFunction<void(AuthResult<void>)> done);

  private:
    [[nodiscard]] Result<void> check_enabled() const;

    const config::Config& config_;
    ports::TicketStore& store_;
    const Clock& clock_;
    const Clock& lifetimes_;
    IdSource& ids_;
};

}  // namespace notifyd::auth
