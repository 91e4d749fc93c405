#include "notifyd/permissions/permission_manager.hpp"

#include "unit/permissions/fakes.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::permissions;
using notifyd::testing::identity;
using notifyd::testing::PermissionParts;
using notifyd::testing::topic;

using notifyd::testing::Answer;
using notifyd::testing::claiming;
using notifyd::testing::request;

TEST_CASE("unknown and forbidden topics look the same") {
    PermissionParts parts;
    parts.row("other", "chat:secret", Role::admin);
    const PermissionManager manager = parts.manager();
    const Identity who = identity("u1");
    for (const auto check :
         {&PermissionManager::may_receive, &PermissionManager::may_publish, &PermissionManager::may_administer}) {
        const Result<void> forbidden = (manager.*check)(who, topic("chat:secret"));
        const Result<void> unknown = (manager.*check)(who, topic("chat:none"));
        REQUIRE(forbidden.has_error());
        REQUIRE(unknown.has_error());
        CHECK(forbidden.error().code == Errc::forbidden);
        CHECK(forbidden.error().code == unknown.error().code);
        CHECK(forbidden.error().message == unknown.error().message);
    }
}

TEST_CASE("an admin of the topic and an admin token grant; nobody else does") {
    PermissionParts parts;
    parts.row("boss", "chat:a", Role::admin);
    parts.row("mate", "chat:a", Role::member);
    PermissionManager manager = parts.manager();

    const struct {
        Identity granter;
        const char* of;
        bool granted;
    } cases[] = {
        {identity("boss"), "chat:a", true},
        {identity("root", Grant::admin), "chat:a", true},
        {identity("root", Grant::admin), "user:u9", true},
        {identity("root", Grant::admin), "chat:new", true},
        {identity("boss"), "chat:b", false},
        {identity("mate"), "chat:a", false},
        {identity("svc", Grant::service), "chat:a", false},
        {identity("boss"), "user:boss", false},
    };
    for (const auto& test : cases) {
        CAPTURE(test.granter.user.get(), test.of);
        Answer<Permission> answer;
        manager.grant(test.granter, request("u1", test.of, Role::viewer), answer.done());
        parts.store.commit_all();
        CHECK(answer.ok() == test.granted);
        if (!test.granted) CHECK(answer.error() == Errc::forbidden);
    }
}

TEST_CASE("a grant is in memory after its commit, not before, and is answered in full") {
    PermissionParts parts;
    parts.row("boss", "chat:a", Role::admin);
    PermissionManager manager = parts.manager();
    Answer<Permission> answer;
    manager.grant(identity("boss"), request("u1", "chat:a"), answer.done());
    CHECK_FALSE(answer.result);
    CHECK(manager.may_receive(identity("u1"), topic("chat:a")).has_error());

    parts.store.commit_all();
    REQUIRE(answer.ok());
    const Permission& granted = **answer.result;
    CHECK(granted.user.get() == "u1");
    CHECK(granted.topic == topic("chat:a"));
    CHECK(granted.role == Role::member);
    CHECK(granted.granted_by.get() == "boss");
    CHECK(granted.granted_at == parts.clock.now_ms());
    CHECK(manager.may_publish(identity("u1"), topic("chat:a")).has_value());
    CHECK(parts.sink.count("permission_granted") == 1);
}

TEST_CASE("granting again replaces the role") {
    PermissionParts parts;
    parts.row("u1", "chat:a", Role::member);
    PermissionManager manager = parts.manager();
    Answer<Permission> answer;
    manager.grant(identity("root", Grant::admin), request("u1", "chat:a", Role::viewer), answer.done());
    parts.store.commit_all();
    CHECK(answer.ok());
    CHECK(parts.directory.role(UserId("u1"), topic("chat:a")) == Role::viewer);
    CHECK(manager.may_publish(identity("u1"), topic("chat:a")).has_error());
}

TEST_CASE("a bad user id is refused before anything else") {
    PermissionParts parts;
    PermissionManager manager = parts.manager();
    for (const char* bad : {"", "a,b", "a\nb", "\xff"}) {
        Answer<Permission> granted;
        manager.grant(identity("root", Grant::admin), request(bad, "chat:a"), granted.done());
        CHECK(granted.error() == Errc::invalid_request);
        Answer<void> revoked;
        manager.revoke(identity("root", Grant::admin), UserId(bad), topic("chat:a"), revoked.done());
        CHECK(revoked.error() == Errc::invalid_request);
    }
    CHECK(parts.store.log.empty());
}

TEST_CASE("a revocation is committed, then in memory, then announced, then answered") {
    PermissionParts parts;
    parts.row("boss", "chat:a", Role::admin);
    parts.row("u1", "chat:a", Role::member);
    PermissionManager manager = parts.manager();
    parts.listener.on_revoked = [&] {
        parts.store.log.push_back("told");
        CHECK_FALSE(parts.directory.role(UserId("u1"), topic("chat:a")));
    };
    Answer<void> answer;
    manager.revoke(identity("boss"), UserId("u1"), topic("chat:a"), answer.done());
    CHECK(manager.may_receive(identity("u1"), topic("chat:a")).has_value());
    CHECK(parts.listener.told.empty());

    parts.store.commit_all();
    CHECK(parts.store.log == std::vector<std::string>{"revoke", "committed", "told"});
    CHECK(parts.listener.told == std::vector<std::string>{"u1 chat:a"});
    CHECK_FALSE(answer.result);

    parts.listener.finish();
    CHECK(answer.ok());
    CHECK(manager.may_receive(identity("u1"), topic("chat:a")).has_error());
    CHECK(parts.sink.count("permission_revoked") == 1);
}

TEST_CASE("who may revoke") {
    PermissionParts parts;
    for (const char* of : {"chat:a", "user:u9"}) {
        parts.row("boss", of, Role::admin);
        parts.row("u1", of, Role::viewer);
    }
    PermissionManager manager = parts.manager();
    const struct {
        Identity revoker;
        const char* user;
        const char* of;
        bool revoked;
    } cases[] = {
        {identity("u1"), "boss", "chat:a", false},
        {identity("svc", Grant::service), "u1", "chat:a", false},
        {identity("boss"), "u1", "user:u9", false},
        {identity("stranger"), "u1", "chat:none", false},
        {identity("stranger"), "stranger", "chat:none", true},  // there was none, which is fine
        {identity("u1"), "u1", "user:u9", true},
        {identity("u1"), "u1", "chat:a", true},
        {identity("boss"), "u1", "chat:a", true},
        {identity("boss"), "boss", "chat:a", true},  // the last admin leaves
        {identity("root", Grant::admin), "boss", "user:u9", true},
    };
    for (const auto& test : cases) {
        CAPTURE(test.revoker.user.get(), test.user, test.of);
        Answer<void> answer;
        manager.revoke(test.revoker, UserId(test.user), topic(test.of), answer.done());
        parts.store.commit_all();
        parts.listener.finish();
        CHECK(answer.ok() == test.revoked);
        if (test.revoked) {
            CHECK_FALSE(parts.store.role(test.user, test.of));
        } else {
            CHECK(answer.error() == Errc::forbidden);
        }
    }
}

TEST_CASE("a revocation that was not committed changes nothing and notifies nobody") {
    PermissionParts parts;
    parts.row("u1", "chat:a", Role::member);
    PermissionManager manager = parts.manager();
    parts.store.fails = true;
    Answer<void> answer;
    manager.revoke(identity("u1"), UserId("u1"), topic("chat:a"), answer.done());
    parts.store.commit_all();
    CHECK(answer.error() == Errc::unavailable);
    CHECK(parts.listener.told.empty());
    CHECK(parts.directory.role(UserId("u1"), topic("chat:a")) == Role::member);
    CHECK(parts.sink.count("permission_revoked") == 0);

    parts.store.fails = false;
    PermissionManager other_loop = parts.manager();
    other_loop.revoke(identity("u1"), UserId("u1"), topic("chat:a"), answer.done());
    parts.store.commit_all();
    parts.listener.finish();
    CHECK(answer.ok());
}

TEST_CASE("a member by claim remains one when the row is revoked") {
    PermissionParts parts;
    parts.row("u1", "org:a", Role::admin);
    PermissionManager manager = parts.manager();
    Identity who = identity("u1");
    who.claimed_topics = {topic("org:a")};
    Answer<void> answer;
    manager.revoke(who, UserId("u1"), topic("org:a"), answer.done());
    parts.store.commit_all();
    parts.listener.finish();
    CHECK(parts.listener.told.size() == 1);
    CHECK(manager.may_publish(who, topic("org:a")).has_value());
    CHECK(manager.may_administer(who, topic("org:a")).has_error());
    CHECK(manager.may_receive(identity("u1"), topic("org:a")).has_error());
}

TEST_CASE("who may list") {
    PermissionParts parts;
    parts.row("boss", "chat:a", Role::admin);
    parts.row("mate", "chat:a", Role::member);
    parts.row("eye", "chat:a", Role::viewer);
    const PermissionManager manager = parts.manager();
    Identity claimed = identity("staff");
    claimed.claimed_topics = {topic("org:a")};

    const struct {
        Identity asker;
        const char* of;
        bool listed;
    } by_topic[] = {
        {identity("boss"), "chat:a", true},
        {identity("mate"), "chat:a", true},
        {identity("root", Grant::admin), "chat:a", true},
        {claimed, "org:a", true},
        {identity("eye"), "chat:a", false},
        {identity("stranger"), "chat:a", false},
        {identity("svc", Grant::service), "chat:a", false},
    };
    for (const auto& test : by_topic) {
        CAPTURE(test.asker.user.get());
        Answer<ports::PermissionPage> answer;
        manager.list_by_topic(test.asker, topic(test.of), 50, std::nullopt, answer.done());
        CHECK(answer.ok() == test.listed);
        if (!test.listed) CHECK(answer.error() == Errc::forbidden);
    }

    Answer<ports::PermissionPage> own;
    manager.list_by_user(identity("eye"), UserId("eye"), 50, std::nullopt, own.done());
    REQUIRE(own.ok());
    CHECK((*own.result)->permissions.size() == 1);
    Answer<ports::PermissionPage> others;
    manager.list_by_user(identity("boss"), UserId("eye"), 50, std::nullopt, others.done());
    CHECK(others.error() == Errc::forbidden);
    Answer<ports::PermissionPage> by_admin;
    manager.list_by_user(identity("root", Grant::admin), UserId("eye"), 50, std::nullopt, by_admin.done());
    CHECK(by_admin.ok());
    for (const std::size_t limit : {std::size_t{0}, std::size_t{101}}) {
        Answer<ports::PermissionPage> bad;
        manager.list_by_user(identity("eye"), UserId("eye"), limit, std::nullopt, bad.done());
        CHECK(bad.error() == Errc::invalid_request);
    }
}
