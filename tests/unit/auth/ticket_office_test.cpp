#include "notifyd/auth/ticket_office.hpp"

#include "notifyd/auth/connection_token.hpp"

#include "unit/permissions/fakes.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::auth;
using namespace notifyd::testing;

namespace {

using State = ports::FoundTicket::State;

// Answers at once.
class FakeTickets final : public ports::TicketStore {
  public:
    void issue(ports::Ticket ticket,
               std::size_t per_minute,
               UniqueFunction<void(Result<ports::TicketIssue>)> done) override {
        asked_per_minute = per_minute;
        if (broken) return done(*broken);
        if (next_issue.verdict == ports::TicketIssue::Verdict::issued) rows[ticket.id] = {ticket, State::unused};
        done(next_issue);
    }
    void find(Uuid id, UserId, UniqueFunction<void(Result<std::optional<ports::FoundTicket>>)> done) override {
        if (broken) return done(*broken);
        const auto row = rows.find(id);
        done(row == rows.end() ? std::nullopt : std::optional(row->second));
    }
    void use(Uuid id, EpochMs, UniqueFunction<void(Result<bool>)> done) override {
        if (broken) return done(*broken);
        const bool unused = rows.at(id).state == State::unused;
        if (unused) rows.at(id).state = State::used;
        done(unused);
    }
    void revoke(UserId, EpochMs, UniqueFunction<void(Result<std::size_t>)> done) override {
        for (auto& [id, row] : rows) row.state = State::revoked;
        done(rows.size());
    }
    void delete_expired(EpochMs, std::size_t, UniqueFunction<void(Result<std::size_t>)>) override {}

    std::map<Uuid, ports::FoundTicket> rows;
    ports::TicketIssue next_issue;
    std::size_t asked_per_minute = 0;
    std::optional<Error> broken;
};

struct Counter {
    Counter() {
        config.tokens.secret = config::Secret("the present secret, 32 bytes or more");
        config.tokens.admin_channels = {"audit"};
        caller.expires_at = clock.now_ms() + 3'600'000;
        caller.claimed_topics = {topic("org:o1")};
        caller.token_id = "the JWT's";
    }

    IssueResult issue(std::optional<std::vector<std::string>> channels = {}) {
        std::optional<IssueResult> answer;
        office.issue(caller, std::move(channels), [&](IssueResult issued) { answer.emplace(std::move(issued)); });
        REQUIRE(answer.has_value());
        return *answer;
    }
    AuthResult<ports::Ticket> find(const std::string& token) {
        std::optional<AuthResult<ports::Ticket>> answer;
        office.find(token, [&](AuthResult<ports::Ticket> ticket) { answer.emplace(std::move(ticket)); });
        REQUIRE(answer.has_value());
        return *answer;
    }
    AuthFailure refused(const std::string& token) {
        const AuthResult<ports::Ticket> ticket = find(token);
        REQUIRE(ticket.has_error());
        return ticket.error().reason;
    }
    AuthResult<void> use(const Uuid& id) {
        std::optional<AuthResult<void>> answer;
        office.use(id, [&](AuthResult<void> used) { answer.emplace(used); });
        REQUIRE(answer.has_value());
        return *answer;
    }

    config::Config config;
    FakeTickets store;
    FakeClock clock;
    FakeClock lifetimes;
    SystemIdSource ids;
    Identity caller = identity("u1", Grant::service);
    TicketOffice office{config, store, clock, lifetimes, ids};
};

}  // namespace

TEST_CASE("a connect with a connection token has the rights of the JWT that requested it") {
    Counter counter;
    const IssueResult issued = counter.issue(std::vector<std::string>{"social"});
    REQUIRE(issued.has_value());
    CHECK(issued->expires_at == counter.clock.now_ms() + 60'000);
    CHECK(counter.store.asked_per_minute == 10);
    const AuthResult<ports::Ticket> ticket = counter.find(issued->token);
    REQUIRE(ticket.has_value());
    CHECK(ticket->id == issued->id);
    CHECK(ticket->identity.user == counter.caller.user);
    CHECK(ticket->identity.grant == Grant::service);
    CHECK(ticket->identity.claimed_topics == counter.caller.claimed_topics);
    CHECK(ticket->identity.expires_at == counter.caller.expires_at);
    CHECK(ticket->identity.token_id == issued->id.to_string());
    CHECK(ticket->identity.allowed_channels == std::vector<std::string>{"social"});
}

TEST_CASE("a connection token does not outlive its JWT") {
    Counter counter;
    counter.caller.expires_at = counter.clock.now_ms() - 10'000;  // within the leeway of 30 s
    const IssueResult issued = counter.issue();
    REQUIRE(issued.has_value());
    CHECK(issued->expires_at == counter.clock.now_ms() + 20'000);
    counter.lifetimes.advance(Milliseconds(20'000));
    CHECK(counter.refused(issued->token) == AuthFailure::expired);
}

TEST_CASE("setting the wall clock neither shortens nor extends the life of a connection token") {
    const auto step = GENERATE(Milliseconds(-3'600'000), Milliseconds(-10'000), Milliseconds(3'600'000));
    Counter counter;
    counter.caller.expires_at += 24 * 3'600'000;
    const IssueResult issued = counter.issue();
    counter.clock.advance(step);
    CHECK(counter.find(issued->token).has_value());
    const IssueResult next = counter.issue();
    CHECK(next->expires_at == counter.clock.now_ms() + 60'000);
    counter.lifetimes.advance(Milliseconds(59'999));
    CHECK(counter.find(issued->token).has_value());
    counter.lifetimes.advance(Milliseconds(1));
    CHECK(counter.refused(issued->token) == AuthFailure::expired);
    CHECK(counter.refused(next->token) == AuthFailure::expired);
}

TEST_CASE("finding a token does not use it up, and only one of two uses succeeds") {
    Counter counter;
    const IssueResult issued = counter.issue();
    REQUIRE(counter.find(issued->token).has_value());
    REQUIRE(counter.find(issued->token).has_value());
    CHECK(counter.use(issued->id).has_value());
    const AuthResult<void> second = counter.use(issued->id);
    REQUIRE(second.has_error());
    CHECK(second.error().reason == AuthFailure::used);
    CHECK(counter.refused(issued->token) == AuthFailure::used);
}

TEST_CASE("a token that is signed but was not issued here, or was revoked, admits nobody") {
    Counter counter;
    const std::string& secret = counter.config.tokens.secret.reveal();
    const EpochMs now = counter.clock.now_ms();
    const ConnectionToken foreign{counter.ids.random(), UserId("u1"), now, now + 60'000, std::nullopt};
    CHECK(counter.refused(encode_connection_token(foreign, secret)) == AuthFailure::not_issued);

    const IssueResult issued = counter.issue();
    const ConnectionToken stolen{issued->id, UserId("somebody else"), now, now + 60'000, std::nullopt};
    CHECK(counter.refused(encode_connection_token(stolen, secret)) == AuthFailure::not_issued);
    // A longer life than in the row.
    const ConnectionToken longer{issued->id, UserId("u1"), now, now + 600'000, std::nullopt};
    counter.lifetimes.advance(Milliseconds(60'000));
    CHECK(counter.refused(encode_connection_token(longer, secret)) == AuthFailure::expired);

    const IssueResult other = counter.issue();
    counter.office.revoke(UserId("u1"), [](const Result<std::size_t>& count) { CHECK(count.has_value()); });
    CHECK(counter.refused(other->token) == AuthFailure::revoked);
    CHECK(counter.use(other->id).has_error());
}

TEST_CASE("secrets are rotated while the server runs") {
    Counter counter;
    const IssueResult issued = counter.issue();
    counter.config.tokens.previous_secret = counter.config.tokens.secret;
    counter.config.tokens.secret = config::Secret("the next secret, also 32 bytes or more");
    CHECK(counter.find(issued->token).has_value());
    CHECK(counter.find(counter.issue()->token).has_value());
    counter.config.tokens.previous_secret = {};
    CHECK(counter.refused(issued->token) == AuthFailure::signature);
}

TEST_CASE("refusals to issue a token state a reason") {
    Counter counter;
    const IssueResult for_admins = counter.issue(std::vector<std::string>{"social", "audit"});
    REQUIRE(for_admins.has_error());
    CHECK(for_admins.error().error.code == Errc::forbidden);
    CHECK(for_admins.error().error.message == "No permission for the channel audit");
    counter.caller.grant = Grant::admin;
    CHECK(counter.issue(std::vector<std::string>{"audit"}).has_value());

    counter.store.next_issue = {ports::TicketIssue::Verdict::too_many, Milliseconds(1'500)};
    CHECK(counter.issue().error().error.code == Errc::rate_limited);
    CHECK(counter.issue().error().retry_after == Milliseconds(1'500));
    counter.store.next_issue = {ports::TicketIssue::Verdict::full, {}};
    CHECK(counter.issue().error().error.code == Errc::unavailable);
    counter.config.tokens.secret = {};
    CHECK(counter.issue().error().error.code == Errc::not_found);
}

TEST_CASE("if the database cannot be asked, nobody is admitted") {
    Counter counter;
    const IssueResult issued = counter.issue();
    counter.store.broken = Error{Errc::unavailable, "not now"};
    CHECK(counter.issue().error().error.code == Errc::unavailable);
    CHECK(counter.find(issued->token).error().error.code == Errc::unavailable);
    const AuthResult<void> used = counter.use(issued->id);
    REQUIRE(used.has_error());
    CHECK(used.error().error.code == Errc::unavailable);
    CHECK(used.error().reason == AuthFailure::unavailable);
    counter.store.broken.reset();
    CHECK(counter.use(issued->id).has_value());
}
