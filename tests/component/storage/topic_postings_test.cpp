// Notifications to everyone with a permission on a topic, and requests that are repeated.
#include "inbox_fixture.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage::testing {

namespace {

void grant(Loop& loop, const TopicName& topic, const std::vector<std::string>& users, Role role = Role::viewer) {
    ports::PermissionGrant grant;
    for (const std::string& user : users) grant.rows.push_back({UserId(user), topic, role, 1, UserId("operator")});
    REQUIRE(loop.ask<void>([&](StorageClient& client, auto done) {
                    client.permissions().grant(std::move(grant), std::move(done));
                })
                .has_value());
}

ports::PostRequest to_topic(const TopicName& topic) {
    ports::PostRequest request;
    request.to_all = posting(1, "");
    request.topic = topic;
    return request;
}

bool go_on(Loop& loop, std::size_t rows_max, Announced& announced) {
    const auto more = loop.ask<bool>([&](StorageClient& client, auto done) {
        client.inboxes().continue_posting(id_of(1), rows_max, 10, announced.posted(), std::move(done));
    });
    REQUIRE(more.has_value());
    return *more;
}

std::vector<Uuid> unfinished(Loop& loop) {
    const auto ids = loop.ask<std::vector<Uuid>>(
        [](StorageClient& client, auto done) { client.inboxes().unfinished_postings(std::move(done)); });
    REQUIRE(ids.has_value());
    return *ids;
}

}  // namespace

TEST_CASE("a notification reaches each member of a topic once, in slices, across a restart") {
    const TestDatabase database;
    const TopicName topic = *TopicName::parse("chat:a");
    Announced announced;
    {
        Running running(database);
        Loop& loop = running.add_loop();
        grant(loop, topic, {"a", "b", "c", "d", "e"});
        grant(loop, topic, {"banned"}, Role::none);
        const auto result = post(loop, to_topic(topic), announced);
        CHECK(result.ids == std::vector<Uuid>{id_of(1)});
        CHECK(announced.texts().empty());
        CHECK(go_on(loop, 2, announced));
        CHECK(announced.texts() == std::vector<std::string>{"a 1 unread 1", "b 1 unread 1"});
        CHECK(unfinished(loop) == std::vector<Uuid>{id_of(1)});
    }
    Running running(database);
    Loop& loop = running.add_loop();
    CHECK(unfinished(loop) == std::vector<Uuid>{id_of(1)});
    CHECK(go_on(loop, 2, announced));
    CHECK_FALSE(go_on(loop, 2, announced));
    CHECK(announced.texts() == std::vector<std::string>{"c 1 unread 1", "d 1 unread 1", "e 1 unread 1"});
    CHECK(unfinished(loop).empty());
    CHECK_FALSE(go_on(loop, 2, announced));
    CHECK(unread(loop, "a") == 1);
    CHECK(unread(loop, "banned") == 0);
}

TEST_CASE("a notification that has expired reaches no further members") {
    const TestDatabase database;
    const TopicName topic = *TopicName::parse("chat:a");
    Running running(database);
    Loop& loop = running.add_loop();
    grant(loop, topic, {"a", "b"});
    Announced announced;
    ports::PostRequest request = to_topic(topic);
    request.to_all->notification.expires_at = 10;
    post(loop, std::move(request), announced);
    CHECK_FALSE(go_on(loop, 2, announced));
    CHECK(announced.texts().empty());
    CHECK(unfinished(loop).empty());
}

TEST_CASE("a repeated request is answered like the first, within its window") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Announced announced;
    const auto request = [](std::uint8_t number, EpochMs now) {
        ports::PostRequest made;
        made.postings = {posting(number), posting(number, "v")};
        made.key = ports::RequestKey{7};
        made.seen_at = now;
        made.forgotten_at = now - 300;
        return made;
    };
    CHECK_FALSE(post(loop, request(1, 1'000), announced).duplicate);
    const auto again = post(loop, request(2, 1'299), announced);
    CHECK(again.duplicate);
    CHECK(again.ids == std::vector<Uuid>{id_of(1), id_of(1)});
    CHECK(unread(loop) == 1);
    CHECK_FALSE(post(loop, request(3, 1'300), announced).duplicate);
    CHECK(unread(loop) == 2);
    CHECK(announced.texts().size() == 4);
}

}  // namespace notifyd::storage::testing
