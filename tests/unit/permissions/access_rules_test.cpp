// The roles of docs/protocol.md as a matrix: every relation to a topic, every class, every action.
#include "notifyd/permissions/access_rules.hpp"

#include "unit/permissions/fakes.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::permissions;
using notifyd::testing::identity;
using notifyd::testing::topic;

namespace {

// The specification, expressed differently from the code.
bool expected(const PermissionSettings& settings,
              TopicClass of,
              bool own,
              Grant grant,
              std::optional<Role> row,
              bool claimed,
              Action action) {
    if (grant == Grant::admin) return true;
    const bool user_topic = of == TopicClass::user;
    // A ban does not affect one's own topic or what a service token grants.
    if (row == Role::none && !(user_topic && own)) return action == Action::publish && grant == Grant::service;
    const bool viewer = row == Role::viewer;
    const bool member = claimed || row == Role::member || row == Role::admin;
    const bool admin = row == Role::admin;
    switch (action) {
        case Action::receive:
            return viewer || member || (user_topic && own);
        case Action::publish:
            if (grant == Grant::service || member) return true;
            return user_topic && (own || settings.direct_messages == DirectMessages::allowed);
        case Action::administer:
            return admin && !user_topic;
        case Action::list:
            return member;
    }
    return false;
}

}  // namespace

TEST_CASE("access follows the table of roles, grants and claims") {
    std::size_t cells = 0;
    for (const auto direct : {DirectMessages::refused, DirectMessages::allowed})
        for (const auto of :
             {TopicClass::chat, TopicClass::user, TopicClass::org, TopicClass::hub, TopicClass::project})
            for (const bool own : {false, true})
                for (const auto grant : {Grant::none, Grant::service, Grant::admin})
                    for (const std::optional<Role> row : {std::optional<Role>(),
                                                          std::optional(Role::none),
                                                          std::optional(Role::viewer),
                                                          std::optional(Role::member),
                                                          std::optional(Role::admin)})
                        for (const bool claimed : {false, true})
                            for (const auto action :
                                 {Action::receive, Action::publish, Action::administer, Action::list}) {
                                // Other classes are never claimed.
                                if (claimed && (of == TopicClass::chat || of == TopicClass::user)) continue;
                                const TopicName name = *TopicName::make(of, own ? "u1" : "x");
                                Identity who = identity("u1", grant);
                                if (claimed) who.claimed_topics.push_back(name);
                                const PermissionSettings settings{direct, SelfClaim::off, {}, 0, {}};
                                CAPTURE(name.text(), static_cast<int>(grant), static_cast<int>(action), claimed);
                                CHECK(is_allowed(settings, who, name, row, action) ==
                                      expected(settings, of, own, grant, row, claimed, action));
                                ++cells;
                            }
    CHECK(cells == 2 * (2 * 1 + 3 * 2) * 2 * 3 * 5 * 4);
}

TEST_CASE("a claim applies to its own topic only") {
    Identity who = identity("u1");
    who.claimed_topics = {topic("org:a"), topic("project:b")};
    CHECK(is_allowed({}, who, topic("org:a"), std::nullopt, Action::publish));
    CHECK(is_allowed({}, who, topic("project:b"), std::nullopt, Action::receive));
    CHECK_FALSE(is_allowed({}, who, topic("project:a"), std::nullopt, Action::receive));
    CHECK_FALSE(is_allowed({}, who, topic("chat:a"), std::nullopt, Action::receive));
    CHECK_FALSE(is_allowed({}, who, topic("org:a"), std::nullopt, Action::administer));
}

TEST_CASE("a claim does not lower a row, nor does a viewer's row lower a claim") {
    Identity who = identity("u1");
    who.claimed_topics = {topic("org:a")};
    CHECK(is_allowed({}, who, topic("org:a"), Role::admin, Action::administer));
    CHECK(is_allowed({}, who, topic("org:a"), Role::viewer, Action::publish));
}
