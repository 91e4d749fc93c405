// Who receives what: both ends of a subscription, whatever the order of joining and leaving.
#include "notifyd/connection/connection_registry.hpp"

#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

using namespace notifyd;
using namespace notifyd::testing;
using connection::ConnectionRegistry;

TEST_CASE("a connection is a member of what it subscribed to, once") {
    ConnectionRegistry registry;
    TestConnection alice(1);
    registry.add(alice.connection);
    registry.subscribe(alice.connection, topic_of("chat:a"));
    registry.subscribe(alice.connection, topic_of("chat:a"));
    CHECK(registry.members(topic_of("chat:a")).size() == 1);
    CHECK(registry.members(topic_of("chat:b")).empty());
    CHECK(alice.connection.topics() == std::vector{topic_of("chat:a")});
    CHECK(registry.find(connection_id(1)) == &alice.connection);
    CHECK(registry.unsubscribe(alice.connection, topic_of("chat:a")));
    CHECK_FALSE(registry.unsubscribe(alice.connection, topic_of("chat:a")));
    CHECK(registry.members(topic_of("chat:a")).empty());
    registry.remove(alice.connection);
    CHECK(registry.find(connection_id(1)) == nullptr);
    CHECK(registry.size() == 0);
}

TEST_CASE("the registry agrees with a naive model over random subscribing and leaving") {
    constexpr int connections = 12;
    constexpr int topics = 6;
    std::mt19937 random(11);
    ConnectionRegistry registry;
    std::map<int, std::unique_ptr<TestConnection>> live;
    std::map<int, std::set<int>> model;  // topic -> connections
    const auto name = [](int t) { return topic_of("chat:" + std::to_string(t)); };

    for (int step = 0; step < 5'000; ++step) {
        const int c = static_cast<int>(random() % connections);
        const int t = static_cast<int>(random() % topics);
        const bool is_live = live.contains(c);
        switch (random() % 4) {
            case 0:
                if (is_live) break;
                live[c] = std::make_unique<TestConnection>(static_cast<std::uint8_t>(c));
                registry.add(live[c]->connection);
                break;
            case 1:
                if (!is_live) break;
                registry.subscribe(live[c]->connection, name(t));
                model[t].insert(c);
                break;
            case 2:
                if (!is_live) break;
                CHECK(registry.unsubscribe(live[c]->connection, name(t)) == (model[t].erase(c) == 1));
                break;
            default:
                if (!is_live || random() % 4 != 0) break;
                registry.remove(live[c]->connection);
                live.erase(c);
                for (auto& [topic, members] : model) members.erase(c);
        }
        std::set<const connection::Connection*> expected;
        for (const int member : model[t]) expected.insert(&live.at(member)->connection);
        const auto members = registry.members(name(t));
        REQUIRE(std::set<const connection::Connection*>(members.begin(), members.end()) == expected);
        REQUIRE(members.size() == expected.size());
    }
    for (auto& [number, entry] : live) registry.remove(entry->connection);
}
