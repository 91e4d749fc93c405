// What connections receive, with the board of one loop behind them.
#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/presence_limits.hpp"
#include "notifyd/presence/loop_presence.hpp"

#include "support/fake_clock.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::testing;
using namespace std::chrono_literals;
using presence::LoopPresence;
using wire::RawJson;

namespace {

const std::array<TopicName, 1> chat{topic_of("chat:a")};
const RawJson request{"\"r\""};

struct Member {
    Member(std::size_t number, const std::string& user)
        : connection(id_of(number), Identity{.user = UserId(user), .claimed_topics = {}, .token_id = {}}, sink) {}
    static ConnectionId id_of(std::size_t number) {
        Uuid id;
        id.bytes[0] = static_cast<std::uint8_t>(number >> 8U);
        id.bytes[1] = static_cast<std::uint8_t>(number);
        return ConnectionId(id);
    }
    RecordingSink sink;
    connection::Connection connection;
};

class World {
  public:
    World() : presence(loop, boards, clock, ids, 5s) {}

    Member& join(const std::string& user) {
        Member& member = members.emplace_back(members.size(), user);
        registry.add(member.connection);
        registry.subscribe(member.connection, chat[0]);
        presence.watchers.subscribed(member.connection, chat);
        return member;
    }
    void watch(Member& member, const RawJson& id = request) {
        REQUIRE(presence.watchers.watch(member.connection, chat, id).has_value());
    }
    void close(Member& member) {
        presence.watchers.closed(member.connection);
        registry.remove(member.connection);
    }
    void pass(Milliseconds time) {
        clock.advance(time);
        presence.tick();
    }
    void update(Member& member, PresenceStatus status) {
        presence.board.updated(member.connection.id(), member.connection.identity().user, status, "");
    }

    runtime::EventLoop loop{0, 16};
    presence::LocalBoards boards;
    FakeClock clock;
    SystemIdSource ids;
    LoopPresence presence;
    connection::ConnectionRegistry registry;
    std::deque<Member> members;
};

// The types of the frames, and whom they are about: "presence", "alice online".
std::vector<std::string> seen(RecordingSink& sink) {
    std::vector<std::string> all;
    for (const std::string& text : sink.texts()) {
        const auto after = [&](const std::string& name) {
            const std::size_t at = text.find("\"" + name + "\":\"") + name.size() + 4;
            return text.substr(at, text.find('"', at) - at);
        };
        const std::string type = after("type");
        all.push_back(type == "presence:update" ? after("userId") + " " + after("status") : type);
    }
    sink.frames.clear();
    return all;
}

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("a watcher gets the list, then the changes after it, and nothing twice") {
    World world;
    Member& alice = world.join("alice");
    world.watch(alice);
    REQUIRE(alice.sink.texts().size() == 1);
    const std::string list = alice.sink.texts()[0];
    CHECK(list.starts_with("{\"id\":\"r\",\"type\":\"presence\""));
    CHECK(list.find("\"members\":[{\"userId\":\"alice\",\"status\":\"online\"") != std::string::npos);
    CHECK(list.find("\"count\":1}}") != std::string::npos);
    alice.sink.frames.clear();

    Member& bob = world.join("bob");
    world.watch(bob);
    world.pass(0ms);
    // Bob's own list has shown that already.
    CHECK(seen(alice.sink) == Seen{"bob online"});
    CHECK(seen(bob.sink) == Seen{"presence"});
    world.update(bob, PresenceStatus::away);
    world.pass(1s);
    CHECK(seen(alice.sink) == Seen{"bob away"});
    CHECK(seen(bob.sink) == Seen{"bob away"});
    world.close(bob);
    world.pass(4'999ms);
    CHECK(seen(alice.sink).empty());
    world.pass(1ms);
    CHECK(seen(alice.sink) == Seen{"bob offline"});
}

TEST_CASE("nothing follows an unwatch or a revocation") {
    World world;
    Member& alice = world.join("alice");
    Member& carol = world.join("carol");
    world.watch(alice);
    world.watch(carol);
    CHECK(world.presence.watchers.watched(alice.connection) == std::vector{chat[0]});
    world.join("bob");
    world.presence.watchers.unwatch(alice.connection, chat);
    world.presence.watchers.revoked(carol.connection, chat);
    CHECK(world.presence.watchers.watched(carol.connection).empty());
    world.pass(2s);
    CHECK(seen(alice.sink) == Seen{"presence"});
    CHECK(seen(carol.sink) == Seen{"presence"});
    // It can begin again.
    world.watch(alice);
    world.join("dave");
    world.pass(2s);
    CHECK(seen(alice.sink) == Seen{"presence", "dave online"});
}

TEST_CASE("watching a topic again sends a new list") {
    World world;
    Member& alice = world.join("alice");
    world.watch(alice);
    world.watch(alice, RawJson{"2"});
    CHECK(alice.sink.texts()[1].starts_with("{\"id\":2,"));
    CHECK(world.presence.watchers.watched(alice.connection).size() == 1);
}

TEST_CASE("a client that does not read misses changes, and gets a list once it has room") {
    World world;
    Member& alice = world.join("alice");
    Member& bob = world.join("bob");
    world.watch(alice);
    CHECK(seen(alice.sink) == Seen{"presence"});
    alice.sink.full = true;
    world.update(bob, PresenceStatus::away);
    world.pass(1s);
    world.update(bob, PresenceStatus::busy);
    world.pass(1s);
    CHECK(seen(alice.sink).empty());
    CHECK_FALSE(alice.sink.closed_with);
    alice.sink.full = false;
    world.pass(50ms);
    REQUIRE(alice.sink.texts().size() == 1);
    CHECK(alice.sink.texts()[0].find("\"userId\":\"bob\",\"status\":\"busy\"") != std::string::npos);
    CHECK(seen(alice.sink) == Seen{"presence"});
    world.update(bob, PresenceStatus::online);
    world.pass(1s);
    CHECK(seen(alice.sink) == Seen{"bob online"});
}

TEST_CASE("a connection that ends while it waits for a list is forgotten") {
    World world;
    Member& alice = world.join("alice");
    alice.sink.full = true;
    world.watch(alice);
    CHECK(seen(alice.sink).empty());
    world.close(alice);
    alice.sink.full = false;
    world.pass(1s);
    CHECK(seen(alice.sink).empty());
}

TEST_CASE("what a connection watches is bounded") {
    World world;
    Member& alice = world.join("alice");
    std::vector<TopicName> topics;
    for (std::size_t i = 0; i < limits::presence_topics_max; ++i)
        topics.push_back(topic_of("org:" + std::to_string(i)));
    REQUIRE(world.presence.watchers.watch(alice.connection, topics, request).has_value());
    CHECK(alice.sink.frames.size() == limits::presence_topics_max);
    const Result<void> more = world.presence.watchers.watch(alice.connection, chat, request);
    REQUIRE(more.has_error());
    CHECK(more.error().code == Errc::invalid_request);
    CHECK(world.presence.watchers.watched(alice.connection) == topics);

    alice.sink.full = true;
    REQUIRE(world.presence.watchers.watch(alice.connection, topics, request).has_value());
    REQUIRE(world.presence.watchers.watch(alice.connection, topics, request).has_value());
    const Result<void> waiting = world.presence.watchers.watch(alice.connection, topics, request);
    REQUIRE(waiting.has_error());
    CHECK(waiting.error().code == Errc::rate_limited);
}

TEST_CASE("10,000 members that watch each other do not make n² frames") {
    constexpr std::size_t members = 10'000;
    constexpr std::size_t joins_per_tick = 500;  // every 100 ms
    World world;
    std::size_t lists = 0;
    std::size_t list_bytes = 0;
    for (std::size_t i = 0; i < members; ++i) {
        Member& member = world.join("user-" + std::to_string(i));
        world.watch(member);
        lists += member.sink.frames.size();
        list_bytes += member.sink.frames.back()->size();
        member.sink.frames.clear();
        if (i % joins_per_tick == joins_per_tick - 1) world.pass(100ms);
    }
    world.pass(1s);
    std::size_t frames = 0;
    std::size_t bytes = 0;
    for (Member& member : world.members) {
        REQUIRE_FALSE(member.sink.frames.empty());
        CHECK(member.sink.texts().back().find("\"count\":10000,\"partial\":true") != std::string::npos);
        frames += member.sink.texts().size();
        for (const FramePtr& frame : member.sink.frames) bytes += frame->size();
        member.sink.frames.clear();
    }
    std::cout << members << " joins in 2 s, all watching: " << frames << " frames and " << bytes / 1024
              << " KiB of changes, " << lists << " first lists with " << list_bytes / 1024 << " KiB\n";
    CHECK(lists == members);
    CHECK(frames <= 4 * members);

    // Once all are there: 1,000 of them change their status, 1,000 more come and go.
    for (std::size_t i = 0; i < 1'000; ++i) world.update(world.members[i], PresenceStatus::away);
    world.pass(1s);
    for (std::size_t i = 1'000; i < 2'000; ++i) world.close(world.members[i]);
    world.pass(5s);
    frames = 0;
    for (std::size_t i = 2'000; i < members; ++i) frames += world.members[i].sink.texts().size();
    CHECK(frames == members - 2'000);
}
