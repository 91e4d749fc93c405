// Keeps the text and the row of each connection token consistent.
#include "notifyd/auth/ticket_office.hpp"

#include "notifyd/auth/connection_token.hpp"
#include "notifyd/permissions/channel_rules.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::auth {

namespace {

IssueRefusal refusal_of(const ports::TicketIssue& issue) {
    if (issue.verdict == ports::TicketIssue::Verdict::too_many) {
        return {caused_by("tokens.per_minute", {Errc::rate_limited, "Too many connection tokens for this user"}),
                issue.retry_after};
    }
    return {{Errc::unavailable, "Too many connection tokens are waiting to be used; please try again"}};
}

// For a token whose signature vouches for its user.
Refusal refuse_ticket(AuthFailure reason, const UserId& user) {
    Refusal refusal = refuse_token(reason);
    refusal.user = user.get();
    return refusal;
}

// What the row in the database says about a signed token.
AuthResult<ports::Ticket> ticket_in(std::optional<ports::FoundTicket> found,
                                    const ConnectionToken& token,
                                    EpochMs now) {
    using State = ports::FoundTicket::State;
    if (!found || found->ticket.identity.user != token.user) {
        return refuse_ticket(AuthFailure::not_issued, token.user);
    }
    if (found->state == State::used) return refuse_ticket(AuthFailure::used, token.user);
    if (found->state == State::revoked) return refuse_ticket(AuthFailure::revoked, token.user);
    if (found->ticket.expires_at <= now) return refuse_ticket(AuthFailure::expired, token.user);
    return std::move(found->ticket);
}

}  // namespace

Result<void> TicketOffice::check_enabled() const {
    if (!config_.tokens.secret.empty()) return {};
    return Error{Errc::not_found, "Connection tokens are switched off: tokens.secret is not set"};
}

void TicketOffice::issue(const Identity& caller,
                         std::optional<std::vector<std::string>> channels,
                         UniqueFunction<void(IssueResult)> done) {
    if (const Result<void> enabled = check_enabled(); !enabled) return done(IssueRefusal{enabled.error()});
    if (channels) {
        const Result<void> allowed = permissions::may_have(caller, *channels, config_.tokens.admin_channels);
        if (!allowed) return done(IssueRefusal{allowed.error()});
    }
    const EpochMs now = clock_.now_ms();
    // The token must not outlive the JWT itself.
    const EpochMs life =
        std::min<EpochMs>(config_.tokens.ttl.count(), caller.expires_at + config_.auth.leeway.count() - now);
    ports::Ticket ticket;
    ticket.id = ids_.random();
    ticket.identity = caller;
    ticket.identity.token_id = ticket.id.to_string();
    ticket.identity.allowed_channels = std::move(channels);
    ticket.issued_at = lifetimes_.now_ms();
    ticket.expires_at = ticket.issued_at + life;

    const ConnectionToken token{ticket.id, caller.user, now, now + life, ticket.identity.allowed_channels};
    IssuedToken issued{encode_connection_token(token, config_.tokens.secret.reveal()), ticket.id, token.expires_at};
    store_.issue(std::move(ticket),
                 config_.tokens.per_minute,
                 [issued = std::move(issued), done = std::move(done)](const Result<ports::TicketIssue>& issue) mutable {
                     if (!issue) return done(IssueRefusal{issue.error()});
                     if (issue->verdict != ports::TicketIssue::Verdict::issued) return done(refusal_of(*issue));
                     done(std::move(issued));
                 });
}

void TicketOffice::revoke(const UserId& user, UniqueFunction<void(Result<std::size_t>)> done) {
    if (const Result<void> enabled = check_enabled(); !enabled) return done(enabled.error());
    store_.revoke(user, lifetimes_.now_ms(), std::move(done));
}

void TicketOffice::find(std::string_view token, UniqueFunction<void(AuthResult<ports::Ticket>)> done) {
    const ConnectionTokenRules rules{config_.tokens.secret.reveal(), config_.tokens.previous_secret.reveal()};
    AuthResult<ConnectionToken> read = verify_connection_token(token, rules);
    if (!read) return done(read.error());
    const Uuid id = read->id;
    UserId user = read->user;
    store_.find(id,
                std::move(user),
                [read = std::move(*read), now = lifetimes_.now_ms(), done = std::move(done)](
                    Result<std::optional<ports::FoundTicket>> found) mutable {
                    if (!found) return done(Refusal{found.error(), AuthFailure::unavailable});
                    done(ticket_in(std::move(*found), read, now));
                });
}

void TicketOffice::use(const Uuid& id, UniqueFunction<void(AuthResult<void>)> done) {
    store_.use(id, lifetimes_.now_ms(), [done = std::move(done)](const Result<bool>& used) mutable {
        if (!used) return done(Refusal{used.error(), AuthFailure::unavailable});
        // Between find and use, another connect used it, or it expired.
        if (!*used) return done(refuse_token(AuthFailure::used));
        done({});
    });
}

}  // namespace notifyd::auth
