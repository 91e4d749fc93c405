// What users have chosen to receive.
#include "inbox_fixture.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

namespace notifyd::storage::testing {

namespace {

using Names = std::vector<std::string>;

Names change_channels(Loop& loop, Names added, Names removed) {
    const auto channels = loop.ask<Names>([&](StorageClient& client, auto done) {
        client.inboxes().change_channels(
            {.user = UserId("u"), .defaults = {"a", "b"}, .added = added, .removed = removed}, std::move(done));
    });
    REQUIRE(channels.has_value());
    return *channels;
}

Preferences change_preferences(Loop& loop, ports::InboxStore::ChangePreferences change) {
    const auto preferences = loop.ask<Preferences>([&](StorageClient& client, auto done) {
        client.inboxes().change_preferences(UserId("u"), std::move(change), std::move(done));
    });
    REQUIRE(preferences.has_value());
    return *preferences;
}

void mute(Loop& loop, bool in_app, Names types) {
    change_preferences(loop, [&](const Preferences&) {
        return Preferences{.text = "{}", .updated_at = 7, .in_app = in_app, .muted_types = types};
    });
}

}  // namespace

TEST_CASE("preferences suppress notifications, except mandatory ones") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    mute(loop, true, {"new_like"});
    auto wanted = posting(2);
    wanted.notification.type = "new_comment";
    auto mandatory = posting(3);
    mandatory.mandatory = true;
    Announced announced;
    auto result = post(loop, {posting(1), wanted, mandatory, posting(1, "v")}, announced);
    CHECK(result.ids == std::vector<Uuid>{id_of(2), id_of(3), id_of(1)});
    CHECK(result.suppressed == std::vector<UserId>{UserId("u")});
    CHECK(announced.texts().size() == 3);
    mute(loop, false, {});
    wanted.notification.id = id_of(4);
    result = post(loop, {wanted});
    CHECK(result.ids.empty());
    CHECK(listed(loop, {}) == "3 2 end");
}

TEST_CASE("the first choice of channels begins with the defaults") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    CHECK(change_channels(loop, {"c", "a"}, {}) == Names{"a", "b", "c"});
    CHECK(change_channels(loop, {}, {"a", "x"}) == Names{"b", "c"});
    CHECK(change_channels(loop, {}, {"b", "c"}).empty());
    // To have chosen none is a choice.
    CHECK(change_channels(loop, {"a"}, {}) == Names{"a"});
}

TEST_CASE("channels and preferences are kept apart, across a restart") {
    const TestDatabase database;
    {
        Running running(database);
        Loop& loop = running.add_loop();
        change_channels(loop, {}, {"a", "b"});
        mute(loop, false, {"new_like"});
    }
    Running running(database);
    Loop& loop = running.add_loop();
    const auto of = [&](const char* user) {
        const auto channels = loop.ask<std::optional<Names>>(
            [&](StorageClient& client, auto done) { client.inboxes().channels(UserId(user), std::move(done)); });
        REQUIRE(channels.has_value());
        return *channels;
    };
    CHECK(of("u") == Names{});
    CHECK_FALSE(of("nobody").has_value());
    const auto preferences = loop.ask<Preferences>(
        [](StorageClient& client, auto done) { client.inboxes().preferences(UserId("u"), std::move(done)); });
    REQUIRE(preferences.has_value());
    CHECK(preferences->text == "{}");
    CHECK(preferences->updated_at == 7);
    CHECK_FALSE(preferences->in_app);
    CHECK(preferences->muted_types == Names{"new_like"});
}

TEST_CASE("a change of preferences sees the change before it") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const auto add_letter = [](const Preferences& before) {
        return Preferences{.text = before.text.value_or("") + "x", .updated_at = before.updated_at + 1};
    };
    change_preferences(loop, add_letter);
    const Preferences twice = change_preferences(loop, add_letter);
    CHECK(twice.text == "xx");
    CHECK(twice.updated_at == 2);
}

}  // namespace notifyd::storage::testing
