#include "notifyd/notifications/notification_rules.hpp"

#include <catch2/catch.hpp>

namespace notifyd::notifications {

namespace {

NotificationRules rules_of(config::Notifications notifications) {
    config::Config config;
    config.notifications = std::move(notifications);
    config.tokens.admin_channels = {"audit"};
    return NotificationRules(config);
}

}  // namespace

TEST_CASE("built-in types have their channels, and the operator adds others") {
    const NotificationRules rules = rules_of({.types = {{"invoice_ready", "billing"}, {"new_like", "quiet"}}});
    CHECK(*rules.channel_of("upload_started") == "uploads");
    CHECK(*rules.channel_of("maintenance_scheduled") == "system");
    CHECK(*rules.channel_of("invoice_ready") == "billing");
    CHECK(*rules.channel_of("new_like") == "quiet");
    CHECK(rules.channel_of("no_such") == nullptr);
    CHECK(rules.is_channel("social"));
    CHECK(rules.is_channel("billing"));
    CHECK_FALSE(rules.is_channel("*"));
    CHECK(rules.is_channel("audit"));
    CHECK(rules.is_for_admins("audit"));
}

TEST_CASE("who never chose has the defaults") {
    const NotificationRules all = rules_of({});
    CHECK(all.is_subscribed(std::nullopt, "social"));
    CHECK_FALSE(all.is_subscribed(std::nullopt, "no_such"));
    const NotificationRules few = rules_of({.default_channels = {"quota"}, .types = {}});
    CHECK(few.is_subscribed(std::nullopt, "quota"));
    CHECK_FALSE(few.is_subscribed(std::nullopt, "social"));
    CHECK(few.is_subscribed(NotificationRules::Channels{"social"}, "social"));
    CHECK_FALSE(few.is_subscribed(NotificationRules::Channels{}, "quota"));
}

}  // namespace notifyd::notifications
