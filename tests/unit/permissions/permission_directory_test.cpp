#include "notifyd/permissions/permission_directory.hpp"

#include "unit/permissions/fakes.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace notifyd;
using namespace notifyd::permissions;
using notifyd::testing::topic;

TEST_CASE("the directory holds one role per user and topic") {
    PermissionDirectory directory;
    const UserId user("u1");
    CHECK_FALSE(directory.role(user, topic("chat:a")));
    for (const char* name : {"chat:b", "chat:a", "org:z", "chat:c"}) directory.set(user, topic(name), Role::member);
    directory.set(user, topic("chat:a"), Role::admin);
    CHECK(directory.role(user, topic("chat:a")) == Role::admin);
    CHECK(directory.role(user, topic("org:z")) == Role::member);
    CHECK_FALSE(directory.role(user, topic("chat:aa")));
    CHECK_FALSE(directory.role(UserId("u2"), topic("chat:a")));

    directory.remove(user, topic("chat:a"));
    directory.remove(user, topic("chat:none"));
    directory.remove(UserId("nobody"), topic("chat:a"));
    CHECK_FALSE(directory.role(user, topic("chat:a")));
    CHECK(directory.role(user, topic("chat:b")) == Role::member);
}

TEST_CASE("the directory can be read while it is written") {
    PermissionDirectory directory;
    const UserId user("u1");
    directory.set(user, topic("chat:fixed"), Role::admin);
    std::thread writer([&] {
        for (int i = 0; i < 2'000; ++i) {
            directory.set(user, topic("chat:" + std::to_string(i % 50)), Role::viewer);
            directory.remove(user, topic("chat:" + std::to_string((i + 25) % 50)));
        }
    });
    bool always = true;
    for (int i = 0; i < 2'000; ++i) always = always && directory.role(user, topic("chat:fixed")) == Role::admin;
    writer.join();
    CHECK(always);
}
