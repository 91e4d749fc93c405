// Blocked users: stored, listed and kept across a restart; memory learns of each change in commit order.
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <mutex>
#include <utility>

namespace notifyd::storage::testing {

namespace {

UserBlock block_of(std::string user, EpochMs at, std::optional<EpochMs> until = std::nullopt) {
    return {UserId(std::move(user)), at, UserId("root"), until, "spam"};
}

void block(Loop& loop, const UserBlock& one) {
    REQUIRE(loop.ask<void>([&](StorageClient& client, auto done) { client.blocks().block(one, std::move(done)); })
                .has_value());
}

bool unblock(Loop& loop, const std::string& user) {
    const auto removed = loop.ask<bool>(
        [&](StorageClient& client, auto done) { client.blocks().unblock(UserId(user), std::move(done)); });
    REQUIRE(removed.has_value());
    return *removed;
}

std::string listed(Loop& loop, EpochMs now, std::size_t rows_max, const std::optional<UserId>& after = std::nullopt) {
    const auto page = loop.ask<ports::BlockPage>([&](StorageClient& client, auto done) {
        client.blocks().list(UserId("root"), now, rows_max, after, std::move(done));
    });
    REQUIRE(page.has_value());
    std::string names;
    for (const UserBlock& one : page->blocks) names += one.user.get() + " ";
    return names + (page->more ? "more" : "end");
}

}  // namespace

TEST_CASE("blocked users are listed in order, page by page, while their blocks are in force") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    for (const char* user : {"eve", "bob", "dan"}) block(loop, block_of(user, 100));
    block(loop, block_of("carol", 100, 200));
    CHECK(listed(loop, 150, 2) == "bob carol more");
    CHECK(listed(loop, 150, 2, UserId("carol")) == "dan eve end");
    CHECK(listed(loop, 200, 10) == "bob dan eve end");
    CHECK(unblock(loop, "dan"));
    CHECK_FALSE(unblock(loop, "dan"));
    CHECK(listed(loop, 200, 10) == "bob eve end");
}

TEST_CASE("a block that has ended is deleted when the next one begins") {
    const TestDatabase database;
    const auto rows_after = [&](const std::vector<UserBlock>& blocks) {
        {
            Running running(database);
            Loop& loop = running.add_loop();
            for (const UserBlock& one : blocks) block(loop, one);
        }
        std::string users;
        Opened(database)->for_each_block([&](const UserBlock& one) { users += one.user.get() + " "; });
        return users;
    };
    CHECK(rows_after({block_of("short", 100, 200), block_of("later", 199, 400)}) == "later short ");
    CHECK(rows_after({block_of("last", 200)}) == "last later ");
}

TEST_CASE("memory follows the blocks, and a restart reads them again") {
    const TestDatabase database;
    std::mutex mutex;
    std::vector<std::string> changes;
    TestOptions options;
    options.on_block_changed = [&](const UserId& user, const std::optional<UserBlock>& now) {
        const std::lock_guard lock(mutex);
        changes.push_back(user.get() + (now.has_value() ? " " + std::to_string(now->until.value_or(0)) : " lifted"));
    };
    {
        Running running(database, options);
        Loop& loop = running.add_loop();
        block(loop, block_of("bob", 100, 900));
        block(loop, block_of("bob", 100));
        block(loop, block_of("eve", 100));
        CHECK(unblock(loop, "bob"));
        block(loop, block_of("bob", 100, 800));
        const std::lock_guard lock(mutex);
        CHECK(changes == std::vector<std::string>{"bob 900", "bob 0", "eve 0", "bob lifted", "bob 800"});
    }
    std::vector<std::string> read;
    Opened(database)->for_each_block(
        [&](const UserBlock& one) { read.push_back(one.user.get() + " " + one.reason + " " + one.blocked_by.get()); });
    CHECK(read == std::vector<std::string>{"bob spam root", "eve spam root"});
}

}  // namespace notifyd::storage::testing
