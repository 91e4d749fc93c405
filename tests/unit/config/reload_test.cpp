// Which changes of the config a running server applies.
#include "notifyd/config/reload.hpp"

#include "../../../src/config/key_table.hpp"
#include "config_file.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace notifyd::config;
using notifyd::config::testing::ConfigFolder;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

TEST_CASE("the same config changes nothing") {
    const ReloadResult reloaded = apply_live(Config(), Config());
    REQUIRE(reloaded.has_value());
    CHECK(reloaded->live.empty());
    CHECK(reloaded->at_restart.empty());
    CHECK(reloaded->config == Config());
}

TEST_CASE("keys that can change get the new value, the others keep the running one") {
    Config next;
    next.log.level = LogLevel::debug;
    next.limits.max_message = 1_KiB;
    next.auth.hs256_secret = Secret("another");
    next.auth.jwks_url = "https://id.example.com/keys";
    next.auth.claims[notifyd::TopicClass::hub] = "hubs";
    next.storage.path = "elsewhere.db";
    next.server.listen.port = 1;
    next.limits.queue_length = 7;
    next.channels.push_back({"Email", "https://mail.example.com", Secret("s")});
    next.notifications.types["a"] = "b";
    const ReloadResult reloaded = apply_live(Config(), next);
    REQUIRE(reloaded.has_value());
    CHECK(reloaded->live == Names{"auth.hs256_secret",
                                  "auth.jwks",
                                  "auth.claims.hub",
                                  "limits.max_message",
                                  "notifications.types.*",
                                  "log.level"});
    CHECK(reloaded->at_restart == Names{"server.listen",
                                        "limits.queue_length",
                                        "storage.path",
                                        "channels.name",
                                        "channels.url",
                                        "channels.secret"});
    Config expected;
    expected.log.level = LogLevel::debug;
    expected.limits.max_message = 1_KiB;
    expected.auth = next.auth;
    expected.notifications = next.notifications;
    CHECK(reloaded->config == expected);
}

TEST_CASE("TLS is neither switched on nor off, but its files can change") {
    Config with_tls;
    with_tls.tls.certificate = "/a";
    with_tls.tls.private_key = "/b";
    for (const auto& [running, next] : {std::pair(Config(), with_tls), std::pair(with_tls, Config())}) {
        const ReloadResult reloaded = apply_live(running, next);
        REQUIRE(reloaded.has_value());
        CHECK(reloaded->at_restart == Names{"tls.certificate", "tls.private_key"});
        CHECK(reloaded->config == running);
    }
    Config other = with_tls;
    other.tls.certificate = "/c";
    const ReloadResult reloaded = apply_live(with_tls, other);
    REQUIRE(reloaded.has_value());
    CHECK(reloaded->live == Names{"tls.certificate"});
    CHECK(reloaded->config == other);
}

TEST_CASE("a mix of old and new values that is not a valid config is refused") {
    Config running;
    running.limits.outbound_buffer = 1_MiB;
    Config next;
    next.limits.outbound_buffer = 8_MiB;  // at the next start only
    next.limits.max_message = 2_MiB;
    const ReloadResult reloaded = apply_live(running, next);
    REQUIRE(reloaded.has_error());
    REQUIRE(reloaded.error().size() == 1);
    CHECK_THAT(to_string(reloaded.error().front()), Catch::Contains("limits.outbound_buffer must be at least"));
    CHECK_THAT(to_string(reloaded.error().front()), Catch::Contains("without a restart"));
}

TEST_CASE("every key compares and copies its own value") {
    // Each key alone: it is found to differ, and copying it makes the two configs equal again.
    const ConfigFolder folder;
    const struct {
        std::string key;
        std::string toml;
    } samples[] = {
        {"server.listen", "[server]\nlisten = \"127.0.0.1:1\""},
        {"server.metrics_listen", "[server]\nmetrics_listen = \"127.0.0.1:2\""},
        {"tokens.secret", "[tokens]\nsecret = \"0123456789abcdef0123456789abcdef\""},
        {"limits.outbound_buffer", "[limits]\noutbound_buffer = \"2MiB\""},
        {"connections.on_limit", "[connections]\non_limit = \"close_oldest\""},
        {"auth.claims.org", "[auth.claims]\norg = \"o\""},
        {"auth.jwks", "[auth]\njwks = \"https://id.example.com/k\""},
        {"tracing.sample_ratio", "[tracing]\nsample_ratio = 0.5"},
    };
    const Config defaults = folder.load("")->config;
    for (const auto& sample : samples) {
        CAPTURE(sample.key);
        const LoadResult loaded = folder.load(sample.toml);
        REQUIRE(loaded.has_value());
        Config copy = defaults;
        Names differing;
        for (const Key& key : all_keys()) {
            if (key.is_same(defaults, loaded->config)) continue;
            differing.emplace_back(key.name);
            key.copy(loaded->config, copy);
        }
        CHECK(differing == Names{sample.key});
        CHECK(copy == loaded->config);
    }
}

TEST_CASE("a restriction that was set must not vanish") {
    const GivenKeys before{"auth.audience", "log.level", "tls.min_version"};
    CHECK(missing_restrictions(before, before).empty());
    CHECK(missing_restrictions({}, before).empty());
    const auto missing = missing_restrictions(before, {"auth.issuer"});
    CHECK(missing == std::vector<std::string_view>{"tls.min_version", "auth.audience"});
}

TEST_CASE("the contents of named files have fingerprints") {
    const ConfigFolder folder;
    Config config;
    CHECK(fingerprints_of(config).empty());
    config.tls.certificate = folder.write("cert.pem", "one");
    config.auth.jwks_file = folder.write("missing.json", "");
    const Fingerprints before = fingerprints_of(config);
    CHECK(before.size() == 2);
    folder.write("cert.pem", "one");
    CHECK(fingerprints_of(config) == before);
    folder.write("cert.pem", "two");
    CHECK(fingerprints_of(config).at("tls.certificate") != before.at("tls.certificate"));
    CHECK(fingerprints_of(config).at("auth.jwks") == before.at("auth.jwks"));
}
