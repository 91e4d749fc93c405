// Whoever grants first on a topic without rows becomes its admin, if the operator allows it.
#include "notifyd/permissions/permission_manager.hpp"

#include "unit/permissions/fakes.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;
using namespace notifyd::permissions;
using notifyd::testing::Answer;
using notifyd::testing::claiming;
using notifyd::testing::identity;
using notifyd::testing::PermissionParts;
using notifyd::testing::request;
using notifyd::testing::topic;

TEST_CASE("nobody can claim a topic of a class whose members are named by tokens") {
    PermissionParts parts;
    PermissionSettings settings = claiming();
    settings.classes_of_claims = {TopicClass::org};
    PermissionManager manager = parts.manager(settings);
    for (const auto& [name, is_claimed] : {std::pair("org:new", false), std::pair("hub:new", true)}) {
        Answer<Permission> answer;
        manager.grant(identity("u1"), request("u1", name, Role::admin), answer.done());
        parts.store.commit_all();
        CHECK(answer.ok() == is_claimed);
    }
}

TEST_CASE("self-claim makes the granter admin of a topic without rows") {
    PermissionParts parts;
    PermissionManager manager = parts.manager(claiming());

    SECTION("along with the requested row") {
        Answer<Permission> answer;
        manager.grant(identity("u1"), request("u2", "chat:new", Role::viewer), answer.done());
        parts.store.commit_all();
        REQUIRE(answer.ok());
        CHECK((*answer.result)->user.get() == "u2");
        CHECK((*answer.result)->role == Role::viewer);
        CHECK(parts.store.role("u1", "chat:new") == Role::admin);
        CHECK(parts.store.role("u2", "chat:new") == Role::viewer);
        CHECK(manager.may_administer(identity("u1"), topic("chat:new")).has_value());
        CHECK(manager.may_receive(identity("u2"), topic("chat:new")).has_value());
        CHECK(parts.sink.count("permission_granted") == 2);
    }
    SECTION("granting to oneself makes one admin, whatever was requested") {
        Answer<Permission> answer;
        manager.grant(identity("u1"), request("u1", "chat:new", Role::viewer), answer.done());
        parts.store.commit_all();
        REQUIRE(answer.ok());
        CHECK((*answer.result)->role == Role::admin);
        CHECK(parts.store.role("u1", "chat:new") == Role::admin);
        CHECK(parts.store.table.size() == 1);
    }
    SECTION("not on a topic with rows, whose refusal is like any other") {
        parts.row("owner", "chat:old", Role::viewer);
        Answer<Permission> answer;
        manager.grant(identity("u1"), request("u1", "chat:old", Role::admin), answer.done());
        parts.store.commit_all();
        REQUIRE(answer.error() == Errc::forbidden);
        CHECK(answer.result->error().message ==
              parts.manager().may_administer(identity("u1"), topic("chat:x")).error().message);
        CHECK_FALSE(parts.directory.role(UserId("u1"), topic("chat:old")));
        CHECK(parts.sink.count("permission_granted") == 0);
    }
    SECTION("of two at once, one becomes admin") {
        Answer<Permission> first;
        Answer<Permission> second;
        manager.grant(identity("u1"), request("u1", "chat:new"), first.done());
        manager.grant(identity("u2"), request("u2", "chat:new"), second.done());
        parts.store.commit_all();
        CHECK(first.ok());
        CHECK(second.error() == Errc::forbidden);
        CHECK(manager.may_administer(identity("u1"), topic("chat:new")).has_value());
        CHECK(manager.may_receive(identity("u2"), topic("chat:new")).has_error());
    }
    SECTION("never on a user's topic, not even one's own") {
        for (const char* of : {"user:u1", "user:u2"}) {
            Answer<Permission> answer;
            manager.grant(identity("u1"), request("u1", of), answer.done());
            CHECK(answer.error() == Errc::forbidden);
        }
        CHECK(parts.store.log.empty());
    }
    SECTION("an admin token grants without becoming admin") {
        Answer<Permission> answer;
        manager.grant(identity("root", Grant::admin), request("u2", "chat:new"), answer.done());
        parts.store.commit_all();
        CHECK(answer.ok());
        CHECK_FALSE(parts.store.role("root", "chat:new"));
    }
    SECTION("off by default") {
        PermissionManager strict = parts.manager();
        Answer<Permission> answer;
        strict.grant(identity("u1"), request("u1", "chat:new"), answer.done());
        CHECK(answer.error() == Errc::forbidden);
        CHECK(parts.store.log.empty());
    }
}
