// Several connections of a user are one member.
#include "user_board.hpp"

#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace notifyd;
using namespace notifyd::presence;
using notifyd::testing::connection_id;
using notifyd::testing::topic_of;
using Kind = TopicEvent::Kind;

namespace {

const UserId alice("alice");
const std::array<TopicName, 1> chat{topic_of("chat:a")};
const std::array<TopicName, 1> other{topic_of("chat:b")};

PresenceStatus status_in(const TopicEvents& events) {
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::set);
    return events[0].state.status;
}

}  // namespace

TEST_CASE("a user joins with the first connection and leaves with the last") {
    UserBoard board;
    const TopicEvents first = board.joined(connection_id(1), alice, chat, 10);
    REQUIRE(first.size() == 1);
    CHECK(first[0].kind == Kind::join);
    CHECK(first[0].state.status == PresenceStatus::online);
    CHECK(first[0].state.last_active_at == 10);

    const TopicEvents second = board.joined(connection_id(2), alice, chat, 20);
    REQUIRE(second.size() == 1);
    CHECK(second[0].kind == Kind::set);
    CHECK(second[0].state.last_active_at == 20);

    CHECK(board.closed(connection_id(1), alice, chat, 30).empty());
    const TopicEvents last = board.closed(connection_id(2), alice, chat, 40);
    REQUIRE(last.size() == 1);
    CHECK(last[0].kind == Kind::leave);
    CHECK(last[0].state.last_active_at == 40);
    CHECK(board.size() == 0);
}

TEST_CASE("a topic is left when no connection is subscribed to it any more") {
    UserBoard board;
    static_cast<void>(board.joined(connection_id(1), alice, chat, 1));
    static_cast<void>(board.joined(connection_id(2), alice, chat, 1));
    CHECK(board.left(alice, chat, 2).empty());
    const TopicEvents left = board.left(alice, chat, 2);
    REQUIRE(left.size() == 1);
    CHECK(left[0].kind == Kind::leave);
    CHECK(board.size() == 1);
}

TEST_CASE("the most available status wins") {
    UserBoard board;
    static_cast<void>(board.joined(connection_id(1), alice, chat, 1));
    static_cast<void>(board.joined(connection_id(2), alice, chat, 1));
    const auto update = [&](std::uint8_t connection, PresenceStatus status) {
        return status_in(board.updated(connection_id(connection), alice, status, "", 2));
    };
    CHECK(update(1, PresenceStatus::busy) == PresenceStatus::online);
    CHECK(update(2, PresenceStatus::away) == PresenceStatus::away);
    CHECK(update(2, PresenceStatus::busy) == PresenceStatus::busy);
    CHECK(update(1, PresenceStatus::online) == PresenceStatus::online);
    // When the most available connection ends, the others count.
    CHECK(status_in(board.closed(connection_id(1), alice, chat, 3)) == PresenceStatus::busy);
}

TEST_CASE("a status holds on all topics of the user, whichever connection set it") {
    UserBoard board;
    static_cast<void>(board.joined(connection_id(1), alice, chat, 1));
    static_cast<void>(board.updated(connection_id(1), alice, PresenceStatus::away, "Lunch", 2));
    // A connection that begins is online.
    const TopicEvents joined = board.joined(connection_id(2), alice, other, 3);
    REQUIRE(joined.size() == 3);
    for (const TopicEvent& event : joined) CHECK(event.state.status == PresenceStatus::online);
    const TopicEvents set = board.updated(connection_id(2), alice, PresenceStatus::away, "", 4);
    REQUIRE(set.size() == 2);
    for (const TopicEvent& event : set) {
        CHECK(event.state.status == PresenceStatus::away);
        CHECK(event.state.last_active_at == 4);
    }
}

TEST_CASE("a new tab does not wipe out the activity") {
    UserBoard board;
    static_cast<void>(board.joined(connection_id(1), alice, chat, 1));
    static_cast<void>(board.updated(connection_id(1), alice, PresenceStatus::online, "Writing", 2));
    const TopicEvents joined = board.joined(connection_id(2), alice, chat, 3);
    REQUIRE(joined.size() == 1);
    CHECK(joined[0].state.activity == "Writing");
    CHECK(board.updated(connection_id(2), alice, PresenceStatus::online, "Reading", 4)[0].state.activity == "Reading");
}

TEST_CASE("an update of a connection that has ended changes nothing") {
    UserBoard board;
    CHECK(board.updated(connection_id(1), alice, PresenceStatus::away, "", 1).empty());
    static_cast<void>(board.joined(connection_id(1), alice, chat, 1));
    CHECK(board.updated(connection_id(2), alice, PresenceStatus::away, "", 1).empty());
    CHECK(board.left(UserId("bob"), chat, 1).empty());
    CHECK(board.closed(connection_id(2), UserId("bob"), chat, 1).empty());
}
