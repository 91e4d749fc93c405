// Permission rows.
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::testing {

namespace {

Permission permission(const std::string& user, const std::string& chat, Role role) {
    return {UserId(user), topic(chat), role, 1'000, UserId("granter")};
}

Result<void> grant(Loop& loop, const Permission& row, ports::Basis basis = ports::Basis::token) {
    return loop.ask<void>([&](StorageClient& client, auto done) {
        client.permissions().grant({{row}, basis, {}}, std::move(done));
    });
}

Result<void> claim(Loop& loop, const Permission& row) {
    return grant(loop, row, ports::Basis::unclaimed_topic);
}

std::string listed(const Result<ports::PermissionPage>& page) {
    REQUIRE(page.has_value());
    std::string text;
    for (const Permission& row : page->permissions) {
        text += row.user.get() + "/" + std::string(row.topic.id()) + "/" + std::string(to_string(row.role)) + " ";
    }
    return text + (page->more ? "more" : "end");
}

std::string by_user(Loop& loop, const std::string& user, std::size_t rows_max, std::optional<TopicName> after = {}) {
    return listed(loop.ask<ports::PermissionPage>([&](StorageClient& client, auto done) {
        client.permissions().list_by_user(UserId(user), rows_max, after, std::move(done));
    }));
}

std::string by_topic(Loop& loop, const std::string& chat, std::size_t rows_max, std::optional<UserId> after = {}) {
    return listed(loop.ask<ports::PermissionPage>([&](StorageClient& client, auto done) {
        client.permissions().list_by_topic(UserId("asker"), topic(chat), rows_max, after, std::move(done));
    }));
}

}  // namespace

TEST_CASE("permissions are granted, replaced, listed in pages and revoked") {
    const TestDatabase database;
    {
        Running running(database);
        Loop& loop = running.add_loop();
        for (const Permission& row : {permission("u1", "a", Role::viewer),
                                      permission("u1", "b", Role::member),
                                      permission("u1", "c", Role::admin),
                                      permission("u2", "a", Role::member),
                                      permission("u1", "a", Role::admin)}) {
            REQUIRE(grant(loop, row).has_value());
        }

        CHECK(by_user(loop, "u1", 2) == "u1/a/admin u1/b/member more");
        CHECK(by_user(loop, "u1", 2, topic("b")) == "u1/c/admin end");
        CHECK(by_user(loop, "nobody", 2) == "end");
        CHECK(by_topic(loop, "a", 1) == "u1/a/admin more");
        CHECK(by_topic(loop, "a", 1, UserId("u1")) == "u2/a/member end");

        const auto revoke = [&](const std::string& user) {
            const Result<bool> removed = loop.ask<bool>([&](StorageClient& client, auto done) {
                client.permissions().revoke({UserId(user), topic("a"), UserId("granter"), ports::Basis::token},
                                            std::move(done));
            });
            REQUIRE(removed.has_value());
            return *removed;
        };
        CHECK(revoke("u1"));
        CHECK_FALSE(revoke("u1"));
        CHECK_FALSE(revoke("never-was"));
        CHECK(by_topic(loop, "a", 10) == "u2/a/member end");
    }
    std::string all;
    Opened(database)->for_each_permission([&](const Permission& row) {
        CHECK(row.granted_at == 1'000);
        CHECK(row.granted_by.get() == "granter");
        all += row.user.get() + "/" + row.topic.text() + " ";
    });
    CHECK(all == "u1/chat:b u1/chat:c u2/chat:a ");
}

TEST_CASE("of all who claim a topic at once, exactly one gets it") {
    const TestDatabase database;
    Running running(database);
    constexpr int claimants = 4;
    std::vector<Loop*> loops;
    for (int i = 0; i < claimants; ++i) loops.push_back(&running.add_loop());
    for (int round = 0; round < 20; ++round) {
        const std::string chat = "chat-" + std::to_string(round);
        std::vector<std::future<Result<void>>> answers;
        for (int i = 0; i < claimants; ++i) {
            answers.push_back(std::async(std::launch::async, [&, i] {
                return claim(*loops[static_cast<std::size_t>(i)],
                             permission("u" + std::to_string(i), chat, Role::admin));
            }));
        }
        int granted = 0;
        for (auto& answer : answers) {
            const auto result = answer.get();
            granted += result.has_value() ? 1 : 0;
            if (!result.has_value()) CHECK(result.error().code == Errc::forbidden);
        }
        CHECK(granted == 1);
    }
    // Also in one turn: the first claim is seen by the second.
    Answers<void> answers;
    answers.wanted = 2;
    loops[0]->post([&](StorageClient& client) {
        for (const char* user : {"first", "second"}) {
            client.permissions().grant({{permission(user, "turn", Role::admin)}, ports::Basis::unclaimed_topic, {}},
                                       [&](auto answer) { answers.add(std::move(answer)); });
        }
    });
    answers.complete.get_future().wait();
    CHECK(answers.list[0].has_value());
    CHECK_FALSE(answers.list[1].has_value());
    CHECK(by_topic(*loops[0], "turn", 10) == "first/turn/admin end");
}

}  // namespace notifyd::storage::testing
