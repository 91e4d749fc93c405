// Users' inboxes: what is stored, suppressed, replaced, counted, announced, listed and forgotten.
#include "contract_fixture.hpp"
#include "inbox_fixture.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

namespace notifyd::storage::testing {

TEST_CASE("notifications are listed newest first, by unread and by type, page by page") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    auto other = posting(3);
    other.notification.type = "system_announcement";
    post(loop, {posting(1), posting(2), other, posting(1, "v")});
    CHECK(listed(loop, {.rows_max = 2}) == "3 2 more");
    CHECK(listed(loop, {.rows_max = 2, .after = id_of(2)}) == "1 end");
    CHECK(listed(loop, {.type = "new_like"}) == "2 1 end");
    REQUIRE(read(loop, 2)->changed);
    CHECK(listed(loop, {.unread_only = true}) == "3 1 end");
    CHECK(listed(loop, {.unread_only = true, .type = "new_like"}) == "1 end");
}

TEST_CASE("every stored posting is announced with its count, in the order of the commit") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Announced announced;
    const auto result = post(loop, {posting(1), posting(2), posting(1, "v")}, announced);
    CHECK(result.ids == std::vector<Uuid>{id_of(1), id_of(2), id_of(1)});
    CHECK(result.suppressed.empty());
    CHECK(announced.texts() == std::vector<std::string>{"u 1 unread 1", "u 2 unread 2", "v 1 unread 1"});
}

TEST_CASE("reading counts once, and only what the user has") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    post(loop, {posting(1), posting(2)});
    Announced announced;
    const auto first = read(loop, 1, "u", &announced);
    REQUIRE(first.has_value());
    CHECK((first->changed && first->unread == 1));
    const auto again = read(loop, 1, "u", &announced);
    REQUIRE(again.has_value());
    CHECK((!again->changed && again->unread == 1));
    CHECK_FALSE(read(loop, 1, "v", &announced).has_value());
    CHECK_FALSE(read(loop, 9, "u", &announced).has_value());
    CHECK(announced.texts() == std::vector<std::string>{"unread 1"});
}

TEST_CASE("reading all spares what arrived after it was asked for") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    post(loop, {posting(1), posting(2), posting(3), posting(4)});
    const auto read_all = [&](std::uint8_t up_to, std::size_t rows_max) {
        const auto change = loop.ask<ports::InboxChange>([&](StorageClient& client, auto done) {
            auto nothing = [](const auto&, auto&) {};
            client.inboxes().read_all(UserId("u"), id_of(up_to), rows_max, {50, 50}, nothing, std::move(done));
        });
        REQUIRE(change.has_value());
        return *change;
    };
    const ports::InboxChange first = read_all(3, 2);
    CHECK((first.changed && first.more && first.unread == 2));
    const ports::InboxChange second = read_all(3, 2);
    CHECK((second.changed && !second.more && second.unread == 1));
    const ports::InboxChange third = read_all(3, 2);
    CHECK((!third.changed && !third.more && third.unread == 1));
    CHECK(listed(loop, {.unread_only = true}) == "4 end");
    CHECK(pending(loop) == "4 ");
}

TEST_CASE("a deleted notification is gone, and counted no more") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    post(loop, {posting(1), posting(2)});
    const auto remove = [&](const char* user, std::uint8_t number) {
        const auto change = loop.ask<std::optional<ports::InboxChange>>([&](StorageClient& client, auto done) {
            client.inboxes().remove(
                UserId(user), id_of(number), 50, [](const auto&, auto&) {}, std::move(done));
        });
        REQUIRE(change.has_value());
        return *change;
    };
    CHECK_FALSE(remove("v", 1).has_value());
    CHECK(remove("u", 1)->unread == 1);
    CHECK_FALSE(remove("u", 1).has_value());
    CHECK(listed(loop, {}) == "2 end");
}

TEST_CASE("a later notification with the same collapse key takes the place of the earlier one") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    post(loop, {posting(1, "u", "upload"), posting(1, "v", "upload")});
    Announced announced;
    post(loop, {posting(2, "u", "upload"), posting(3, "u", "other")}, announced);
    CHECK(announced.texts() == std::vector<std::string>{"u 2 unread 1 replaced 1", "u 3 unread 2"});
    CHECK(listed(loop, {}) == "3 2 end");
    CHECK(unread(loop, "v") == 1);
}

TEST_CASE("posting an id again to the same user changes nothing") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    post(loop, {posting(1, "u", "upload")});
    REQUIRE(read(loop, 1).has_value());
    Announced announced;
    CHECK(post(loop, {posting(1, "u", "upload")}, announced).ids == std::vector<Uuid>{id_of(1)});
    CHECK(announced.texts().empty());
    CHECK(unread(loop) == 0);
}

TEST_CASE("what a client has acknowledged or read is not pending any more") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    post(loop, {posting(1), posting(2), posting(3), posting(4)});
    const auto acknowledge = [&](const char* user, std::uint8_t number) {
        const auto found = loop.ask<bool>([&](StorageClient& client, auto done) {
            client.inboxes().acknowledge(UserId(user), id_of(number), std::move(done));
        });
        REQUIRE(found.has_value());
        return *found;
    };
    CHECK(acknowledge("u", 2));
    CHECK(acknowledge("u", 2));
    CHECK_FALSE(acknowledge("v", 1));
    CHECK(unread(loop) == 4);
    REQUIRE(read(loop, 4).has_value());
    CHECK(pending(loop) == "1 3 ");
    CHECK(pending(loop, {.rows_max = 1}) == "1 more");
    CHECK(pending(loop, {.bytes_max = 1}) == "1 more");
    CHECK(pending(loop, {.after = id_of(1)}) == "3 ");
}

TEST_CASE("an expired notification is neither listed nor pending nor counted, and is deleted first") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    auto brief = posting(2);
    brief.notification.expires_at = 500;
    post(loop, {posting(1), brief, posting(3)});
    CHECK(unread(loop, "u", 499) == 3);
    CHECK(unread(loop, "u", 500) == 2);
    CHECK(listed(loop, {.now = 500}) == "3 1 end");
    CHECK(pending(loop) == "1 3 ");
    const auto deleted = [&](std::optional<EpochMs> cutoff, std::optional<EpochMs> now, std::size_t rows_max) {
        const auto count = loop.ask<std::size_t>([&](StorageClient& client, auto done) {
            client.inboxes().delete_expired(cutoff, now, rows_max, std::move(done));
        });
        REQUIRE(count.has_value());
        return *count;
    };
    CHECK(deleted(std::nullopt, std::nullopt, 10) == 0);
    CHECK(deleted(2, 500, 1) == 1);
    CHECK(unread(loop, "u", 500) == 2);
    CHECK(deleted(2, 500, 10) == 1);
    CHECK(deleted(std::nullopt, 500, 10) == 0);
    CHECK(listed(loop, {}) == "3 end");
    CHECK(unread(loop) == 1);
}

}  // namespace notifyd::storage::testing
