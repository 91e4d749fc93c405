// How the storage's threads are scheduled.
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <sched.h>

namespace notifyd::storage::testing {

TEST_CASE("a commit does not interrupt a loop on the same core") {
    const TestDatabase database;
    std::atomic<int> policy{-1};
    TestOptions options;
    // Called on the storage thread.
    options.on_block_changed = [&policy](const UserId&, const auto&) { policy = ::sched_getscheduler(0); };
    Running running(database, options);
    Loop& loop = running.add_loop();
    const auto stored = loop.ask<void>([](StorageClient& client, auto done) {
        client.blocks().block({UserId("u"), 0, UserId("admin"), std::nullopt, ""}, std::move(done));
    });
    REQUIRE(stored.has_value());
    CHECK(policy == SCHED_BATCH);
}

}  // namespace notifyd::storage::testing
