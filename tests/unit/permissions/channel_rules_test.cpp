#include "notifyd/permissions/channel_rules.hpp"

#include "unit/permissions/fakes.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

using Names = std::vector<std::string>;

struct Row {
    Grant grant;
    std::optional<Names> allowed;
    Names wanted;
    std::string refused;  // empty: none
};

}  // namespace

TEST_CASE("channels are subject to the token and the grant") {
    const Names admin_channels = {"audit", "security"};
    const Row rows[] = {
        {Grant::none, {}, {}, ""},
        {Grant::none, {}, {"social", "system"}, ""},
        {Grant::none, {}, {"audit"}, "audit"},
        {Grant::service, {}, {"social", "audit", "security"}, "audit, security"},
        {Grant::admin, {}, {"social", "audit"}, ""},
        {Grant::none, Names{"social"}, {"social"}, ""},
        {Grant::none, Names{"social"}, {"system", "social"}, "system"},
        {Grant::none, Names{}, {"social"}, "social"},
        {Grant::none, Names{}, {}, ""},
        // Not even an admin gets more than the token allows.
        {Grant::admin, Names{"social"}, {"audit"}, "audit"},
        {Grant::admin, Names{"audit"}, {"audit"}, ""},
        // Made by an admin, but only the grant counts, not who listed the channel.
        {Grant::none, Names{"audit"}, {"audit"}, "audit"},
        {Grant::none, {}, {"Audit", "audit "}, ""},
    };
    for (const Row& row : rows) {
        Identity caller = identity("u1", row.grant);
        caller.allowed_channels = row.allowed;
        const Result<void> answer = permissions::may_have(caller, row.wanted, admin_channels);
        CAPTURE(row.wanted, row.refused);
        CHECK(answer.has_value() == row.refused.empty());
        if (answer.has_value()) continue;
        CHECK(answer.error().code == Errc::forbidden);
        CHECK(answer.error().message == "No permission for the channel " + row.refused);
    }
}
