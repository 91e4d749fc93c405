// Connection tokens from their issue to the one connect that uses them up (docs/protocol.md#single-use-tokens).
// A token is text that this server has signed, and a row that it has stored: one that was signed elsewhere, with the
// secret, lets nobody in. The rights are the row's, which has them from the JWT that asked for the token.
// Flow:   POST /ws/token -> issue -> (client) -> connect: find, everything else that is checked, use -> 101
// Owns:   nothing: the tokens are the store's, the secrets the config's.
// Thread: one loop; `done` runs on it. The config is the loop's own and is read with every call.
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
    Milliseconds retry_after{0};  // of a rate_limited
};

using IssueResult = boost::system::result<IssuedToken, IssueRefusal>;

class TicketOffice {
  public:
    // `clock` says what stands in a token; `lifetimes`, which nobody can set, how long it is good.
    TicketOffice(const config::Config& config,
                 ports::TicketStore& store,
                 const Clock& clock,
                 const Clock& lifetimes,
                 IdSource& ids)
        : config_(config), store_(store), clock_(clock), lifetimes_(lifetimes), ids_(ids) {}

    // For whoever a JWT has named. `channels`: what the connection is to be limited to; nullopt: not limited.
    void issue(const Identity& caller,
               std::optional<std::vector<std::string>> channels,
               UniqueFunction<void(IssueResult)> done);
    // Voids the user's unused tokens; tells how many.
    void revoke(const UserId& user, UniqueFunction<void(Result<std::size_t>)> done);

    // What was issued as this token: whom it names, with which rights. Does not use it up.
    void find(std::string_view token, UniqueFunction<void(AuthResult<ports::Ticket>)> done);
    // Uses it up: success for one of all who try, and committed.
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
