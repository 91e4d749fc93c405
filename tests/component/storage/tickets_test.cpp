// Connection tokens: issued within limits, used only once whoever tries, revoked and forgotten.
#include "support/storage/tickets.hpp"

#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <atomic>

namespace notifyd::storage::testing {

using State = ports::FoundTicket::State;
using Verdict = ports::TicketIssue::Verdict;

TEST_CASE("a ticket is read back as it was issued, also after a restart") {
    const TestDatabase database;
    std::vector<ports::Ticket> issued;
    for (int i = 0; i < 3; ++i) {
        ports::Ticket made = ticket(i);
        made.identity.grant = static_cast<Grant>(i);
        if (i > 0) made.identity.claimed_topics = {*TopicName::parse("org:ümläut one"), *TopicName::parse("hub:h")};
        if (i > 0) made.identity.allowed_channels.emplace();
        if (i > 1) made.identity.allowed_channels = {"social", "a_B-9"};
        issued.push_back(made);
    }
    {
        Running running(database);
        Tickets tickets(running.add_loop());
        for (const ports::Ticket& made : issued) CHECK(tickets.issue(made).verdict == Verdict::issued);
        CHECK(tickets.use(1));
    }
    Running running(database);
    Tickets tickets(running.add_loop());
    for (int i = 0; i < 3; ++i) {
        CAPTURE(i);
        const ports::Ticket& wanted = issued[static_cast<std::size_t>(i)];
        const auto found = tickets.find(i);
        REQUIRE(found.has_value());
        CHECK(found->state == (i == 1 ? State::used : State::unused));
        CHECK(found->ticket.id == wanted.id);
        CHECK(found->ticket.identity.user == wanted.identity.user);
        CHECK(found->ticket.identity.grant == wanted.identity.grant);
        CHECK(found->ticket.identity.claimed_topics == wanted.identity.claimed_topics);
        CHECK(found->ticket.identity.allowed_channels == wanted.identity.allowed_channels);
        CHECK(found->ticket.identity.expires_at == wanted.identity.expires_at);
        CHECK(found->ticket.identity.token_id == wanted.id.to_string());
        CHECK(found->ticket.issued_at == wanted.issued_at);
        CHECK(found->ticket.expires_at == wanted.expires_at);
    }
    CHECK_FALSE(tickets.find(7).has_value());
    CHECK_FALSE(tickets.use(1));
    CHECK(tickets.use(2));
}

TEST_CASE("a ticket is used once, before it expires, and not after it was revoked") {
    const TestDatabase database;
    Running running(database);
    Tickets tickets(running.add_loop());
    for (int i = 0; i < 5; ++i) tickets.issue(ticket(i));
    tickets.issue(ticket(5, start, "u2"));
    tickets.issue(ticket(6, start, "u1", 10));

    CHECK_FALSE(tickets.use(99));
    CHECK(tickets.use(0));
    CHECK_FALSE(tickets.use(0));
    CHECK_FALSE(tickets.use(1, start + 60'000));
    CHECK(tickets.use(1, start + 59'999));
    // Three of u1's are unused; the seventh has expired.
    CHECK(tickets.revoke("u1", start + 10) == 3);
    CHECK(tickets.revoke("u1", start + 10) == 0);
    CHECK(tickets.revoke("nobody") == 0);
    CHECK(tickets.find(2)->state == State::revoked);
    CHECK(tickets.find(0)->state == State::used);
    CHECK_FALSE(tickets.use(2));
    CHECK(tickets.use(5));
}

TEST_CASE("issues, uses and revocations of one transaction count in their order") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Tickets tickets(loop);
    for (int i = 0; i < 2; ++i) tickets.issue(ticket(i));
    std::string log;
    std::promise<void> answered;
    loop.post([&](StorageClient& client) {
        const auto use = [&](int number) {
            client.tickets().use(ticket_id(number), start, [&](auto used) { log += *used ? "used " : "refused "; });
        };
        const auto issue = [&](int number) {
            client.tickets().issue(ticket(number), 3, [&](auto issued) {
                log += issued->verdict == Verdict::issued ? "issued " : "limit ";
            });
        };
        use(0);
        client.tickets().revoke(UserId("u1"), start, [&](auto revoked) { log += std::to_string(*revoked) + " "; });
        use(1);
        issue(2);
        issue(3);
        use(2);
        use(2);
        client.tickets().revoke(UserId("u1"), start, [&](auto revoked) {
            log += std::to_string(*revoked);
            answered.set_value();
        });
    });
    answered.get_future().wait();
    // The ticket after the revocation is a new one; revoked ones count for the minute.
    CHECK(log == "used 1 refused issued limit used refused 0");
}

TEST_CASE("of all who use a ticket at once, on all loops, one succeeds") {
    const TestDatabase database;
    Running running(database);
    std::vector<Loop*> loops;
    for (int i = 0; i < 4; ++i) loops.push_back(&running.add_loop());
    constexpr int rounds = 50;
    constexpr int tries = 25;  // per round and loop
    for (int i = 0; i < rounds; ++i) Tickets(*loops[0]).issue(ticket(i));

    std::array<std::atomic<int>, rounds> winners{};
    std::atomic<int> answers{0};
    for (int round = 0; round < rounds; ++round) {
        for (Loop* loop : loops) {
            loop->post([&, round](StorageClient& client) {
                for (int i = 0; i < tries; ++i) {
                    client.tickets().use(ticket_id(round), start, [&, round](const Result<bool>& used) {
                        if (used.has_value() && *used) ++winners[static_cast<std::size_t>(round)];
                        ++answers;
                    });
                }
            });
        }
    }
    CHECK(eventually([&] { return answers == rounds * tries * 4; }));
    for (const auto& won : winners) CHECK(won == 1);
}

TEST_CASE("a user gets exactly the allowed number of tickets per minute, whichever loop issues them") {
    const TestDatabase database;
    Running running(database);
    Tickets loops[] = {Tickets(running.add_loop()), Tickets(running.add_loop())};
    int number = 0;
    std::vector<EpochMs> admitted;
    // Ten minutes, an attempt every 1.7 s.
    for (EpochMs now = start; now < start + 600'000; now += 1'700) {
        const auto issue = loops[number % 2].issue(ticket(number, now), 10);
        ++number;
        const auto recent =
            std::count_if(admitted.begin(), admitted.end(), [&](EpochMs at) { return at > now - 60'000; });
        CAPTURE(now - start, recent);
        CHECK((issue.verdict == Verdict::issued) == (recent < 10));
        if (issue.verdict == Verdict::issued) {
            admitted.push_back(now);
        } else {
            CHECK(issue.verdict == Verdict::too_many);
            CHECK(now + issue.retry_after.count() == admitted[admitted.size() - 10] + 60'000);
        }
    }
    CHECK(admitted.size() == 100);
    // Other users are not affected, revoked and used tickets still count, and 0 means no limit.
    CHECK(loops[0].issue(ticket(number++, start + 600'000, "u2"), 10).verdict == Verdict::issued);
    const EpochMs later = start + 900'000;
    for (int i = 0; i < 10; ++i) CHECK(loops[0].issue(ticket(number++, later), 10).verdict == Verdict::issued);
    CHECK(loops[0].revoke("u1", later) == 10);
    CHECK(loops[0].issue(ticket(number++, later), 10).verdict == Verdict::too_many);
    CHECK(loops[0].issue(ticket(number++, later), 0).verdict == Verdict::issued);
    // Tickets of a clock that was an hour ahead lock nobody out.
    CHECK(loops[0].issue(ticket(number++, later - 3'600'000), 10).verdict == Verdict::issued);
}

TEST_CASE("expired tickets are deleted, oldest first, once they no longer count for the minute") {
    const TestDatabase database;
    Running running(database);
    Tickets tickets(running.add_loop());
    for (int i = 0; i < 10; ++i) tickets.issue(ticket(i, start + i, "u" + std::to_string(i), 5'000));
    tickets.issue(ticket(10, start, "u", 120'000));
    CHECK(tickets.use(0, start + 5));

    CHECK(tickets.expire(start + 60'000) == 0);
    CHECK(tickets.expire(start + 60'001) == 1);
    CHECK_FALSE(tickets.find(0).has_value());
    CHECK(tickets.expire(start + 70'000, 4) == 4);
    CHECK(tickets.find(5).has_value());
    CHECK(tickets.expire(start + 70'000) == 5);
    CHECK(tickets.find(10).has_value());
    CHECK(tickets.expire(start + 120'001) == 1);
}

}  // namespace notifyd::storage::testing
