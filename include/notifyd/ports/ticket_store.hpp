// The single-use connection tokens (tickets) that were issued and are still remembered
// (docs/protocol.md#single-use-tokens).
// Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full, or the commit or read failed).
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace notifyd::ports {

struct Ticket {
    Uuid id;
    // Who connects with it; with the rights and the expiry of the JWT it was issued for.
    Identity identity;
    EpochMs issued_at = 0;
    EpochMs expires_at = 0;
};

struct FoundTicket {
    enum class State : std::uint8_t { unused, used, revoked };
    Ticket ticket;
    State state = State::unused;
};

struct TicketIssue {
    enum class Verdict : std::uint8_t {
        issued,
        too_many,  // the user has too many
        full,      // there are too many in total
    };
    Verdict verdict = Verdict::issued;
    // When the user may request the next one.
    Milliseconds retry_after{0};
};

class TicketStore {
  public:
    virtual ~TicketStore() = default;

    // Commits the ticket, unless all loops together have issued `per_minute` (0: no limit) to its user within the last
    // minute, or there are too many.
    virtual void issue(Ticket ticket, std::size_t per_minute, UniqueFunction<void(Result<TicketIssue>)> done) = 0;
    // nullopt: it was never issued or has been forgotten. Sees every ticket whose issue was answered before the call.
    // `asker`: the user whose turn this read takes.
    virtual void find(Uuid id, UserId asker, UniqueFunction<void(Result<std::optional<FoundTicket>>)> done) = 0;
    // One conditional write: of all callers, on any loop, exactly one receives `true`, after the commit. False: the
    // ticket was used or revoked, has expired, or does not exist.
    virtual void use(Uuid id, EpochMs now, UniqueFunction<void(Result<bool>)> done) = 0;
    // Revokes the user's unused tickets; `done` receives how many.
    virtual void revoke(UserId user, EpochMs now, UniqueFunction<void(Result<std::size_t>)> done) = 0;
    // Forgets up to `rows_max` of the tickets that expired before `cutoff`, oldest first; `done` receives how many.
    virtual void delete_expired(EpochMs cutoff,
                                std::size_t rows_max,
                                UniqueFunction<void(Result<std::size_t>)> done) = 0;
};

}  // namespace notifyd::ports
