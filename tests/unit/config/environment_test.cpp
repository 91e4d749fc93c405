// Overrides from the environment.
#include "config_file.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace notifyd::config;
using namespace notifyd;
using notifyd::config::testing::ConfigFolder;
using namespace std::chrono_literals;

TEST_CASE("the environment wins over the file") {
    const ConfigFolder folder;
    const LoadResult loaded = folder.load("[limits]\nmax_message = 1\n[auth]\naudience = [\"x\"]\n",
                                          {{"NOTIFYD_LIMITS__MAX_MESSAGE", "2KiB"},
                                           {"NOTIFYD_LIMITS__MAX_BATCH", "4194304"},
                                           {"NOTIFYD_LIMITS__QUEUE_LENGTH", "7"},
                                           {"NOTIFYD_AUTH__CLAIMS__ORG", "custom:orgId"},
                                           {"NOTIFYD_AUTH__AUDIENCE", "a, b"},
                                           {"NOTIFYD_AUTH__ALGORITHMS", "HS256,ES256"},
                                           {"NOTIFYD_SERVER__ALLOWED_ORIGINS", ""},
                                           {"NOTIFYD_SERVER__TRUSTED_PROXIES", "10.0.0.0/8,::1"},
                                           {"NOTIFYD_CONNECTIONS__MAX_AGE", "0"},
                                           {"NOTIFYD_STORAGE__HISTORY", "false"},
                                           {"NOTIFYD_TRACING__SAMPLE_RATIO", "0.5"},
                                           {"NOTIFYD_NOTIFICATIONS__TYPES__INVOICE_READY", "billing"},
                                           {"NOTIFYD_FOLDER", "not ours"},
                                           {"PATH", "/bin"}});
    REQUIRE(loaded.has_value());
    const Config& config = loaded->config;
    CHECK(config.limits.max_message == 2_KiB);
    CHECK(config.limits.max_batch == 4_MiB);
    CHECK(config.limits.queue_length == 7);
    CHECK(config.auth.claims.at(TopicClass::org) == "custom:orgId");
    CHECK(config.auth.audience == std::vector<std::string>{"a", "b"});
    CHECK(config.auth.algorithms == std::vector{Algorithm::hs256, Algorithm::es256});
    CHECK(config.server.allowed_origins.empty());
    CHECK(config.server.trusted_proxies.size() == 2);
    CHECK(config.connections.max_age == 0ms);
    CHECK_FALSE(config.storage.history);
    CHECK(config.tracing.sample_ratio == 0.5);
    CHECK(config.notifications.types.at("invoice_ready") == "billing");
    CHECK(loaded->given.contains("storage.history"));
}

TEST_CASE("a bad variable is refused by its name") {
    struct Case {
        std::string variable;
        std::string value;
        std::string error;
    };
    const auto bad = GENERATE(values<Case>({
        {"NOTIFYD_LIMITS__MAX_MESSAGE", "x", "expected a size such as \"256KiB\", got \"x\""},
        {"NOTIFYD_LIMITS__QUEUE_LENGTH", "1 ", "expected a whole number from 0 to 1000000000, got \"1 \""},
        {"NOTIFYD_LIMITS__QUEUE_LENGTH", "-1", "expected a whole number from 0 to 1000000000, got \"-1\""},
        {"NOTIFYD_STORAGE__HISTORY", "yes", "expected true or false, got \"yes\""},
        {"NOTIFYD_TRACING__SAMPLE_RATIO", "nan", "expected a number from 0 to 1, got \"nan\""},
        {"NOTIFYD_AUTH__AUDIENCE", "a,,b", "expected a list of strings that are not empty, got \"\" in it"},
        {"NOTIFYD_LIMITS__MAX_MESAGE", "1", "no setting has this name"},
        {"NOTIFYD_limits__max_message", "1", "no setting has this name"},
        {"NOTIFYD_LIMITS", "1", ""},
        {"NOTIFYD_AUTH__CLAIMS", "org", "no setting has this name"},
        {"NOTIFYD___", "", "no setting has this name"},
        {"NOTIFYD_NOTIFICATIONS__TYPES__A__B", "c", "no setting has this name"},
        {"NOTIFYD_CHANNELS__NAME", "Email", "channels are set in the config file only"},
        {"NOTIFYD_CONNECTIONS__PING_INTERVAL",
         "2h",
         "connections.ping_interval must be below connections.idle_timeout"},
    }));
    const std::string expected = bad.error.empty() ? "" : bad.variable + ": " + bad.error;
    CHECK(ConfigFolder().errors("", {{bad.variable, bad.value}}) == expected);
}

TEST_CASE("the process's environment can be read") {
    CHECK_FALSE(process_environment().empty());
}
