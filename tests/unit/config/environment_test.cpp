// Overrides from the environment.
#include "../../../src/config/environment_source.hpp"
#include "../../../src/config/key_table.hpp"
#include "config_file.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace notifyd::config;
using namespace notifyd;
using notifyd::config::testing::ConfigFolder;
using namespace std::chrono_literals;

TEST_CASE("the environment overrides the file") {
    const ConfigFolder folder;
    const LoadResult loaded = folder.load("[limits]\nmax_message = 1\n[auth]\naudience = [\"x\"]\n",
                                          {{"NOTIFYD_LIMITS__MAX_MESSAGE", "2KiB"},
                                           {"NOTIFYD_LIMITS__MAX_BATCH", "4194304"},
                                           {"NOTIFYD_LIMITS__QUEUE_LENGTH", "7"},
                                           {"NOTIFYD_AUTH__CLAIMS__ORG", "custom:orgId"},
                                           {"NOTIFYD_AUTH__AUDIENCE", "a, b"},
                                           {"NOTIFYD_AUTH__ALGORITHMS", "HS256,ES256"},
                                           {"NOTIFYD_SERVER__ALLOWED_ORIGINS", "[]"},
                                           {"NOTIFYD_SERVER__TRUSTED_PROXIES", "10.0.0.0/8,::1"},
                                           {"NOTIFYD_CONNECTIONS__MAX_AGE", "0"},
                                           {"NOTIFYD_STORAGE__HISTORY", "false"},
                                           {"NOTIFYD_TRACING__SAMPLE_RATIO", "0.5"},
                                           {"NOTIFYD_NOTIFICATIONS__TYPES__INVOICE_READY", "billing"},
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
        {"NOTIFYD_AUTH__ALGORITHMS", "[]", "must not be empty"},
        {"NOTIFYD_CHANNELS__NAME", "Email", "channels are set in the config file only"},
        {"NOTIFYD_CONNECTIONS__PING_INTERVAL",
         "2h",
         "connections.ping_interval must be below connections.idle_timeout"},
    }));
    const std::string expected = bad.error.empty() ? "" : bad.variable + ": " + bad.error;
    CHECK(ConfigFolder().errors("", {{bad.variable, bad.value}}) == expected);
}

TEST_CASE("an empty variable counts as not set, and so does one of white space") {
    const ConfigFolder folder;
    const std::string file = R"(
[auth]
hs256_secret = "from file"
issuer = "i"
audience = ["a"]
leeway = "7s"
[server]
allowed_origins = ["https://a.example"]
trusted_proxies = ["10.0.0.0/8"]
threads = 3
[storage]
history = false
[tokens]
admin_channels = ["audit"]
)";
    const std::string value = GENERATE(as<std::string>{}, "", " ", "\t \r\n");
    Environment environment;
    for (const char* name : {"AUTH__HS256_SECRET",
                             "AUTH__ISSUER",
                             "AUTH__AUDIENCE",
                             "AUTH__LEEWAY",
                             "SERVER__ALLOWED_ORIGINS",
                             "SERVER__TRUSTED_PROXIES",
                             "SERVER__THREADS",
                             "STORAGE__HISTORY",
                             "STORAGE__PATH",
                             "TOKENS__ADMIN_CHANNELS",
                             "CHANNELS__NAME",
                             "NO__SUCH"}) {
        environment.emplace("NOTIFYD_" + std::string(name), value);
    }
    const LoadResult plain = folder.load(file);
    const LoadResult loaded = folder.load(file, environment);
    REQUIRE(plain.has_value());
    REQUIRE(loaded.has_value());
    CHECK(loaded->given == plain->given);
    CHECK(loaded->config.auth.hs256_secret.reveal() == "from file");
    CHECK(loaded->config.auth.issuer == "i");
    CHECK(loaded->config.auth.audience == std::vector<std::string>{"a"});
    CHECK(loaded->config.auth.leeway == 7s);
    CHECK(loaded->config.server.allowed_origins.size() == 1);
    CHECK(loaded->config.server.trusted_proxies.size() == 1);
    CHECK(loaded->config.server.threads == 3);
    CHECK_FALSE(loaded->config.storage.history);
    CHECK(loaded->config.storage.path == plain->config.storage.path);
    CHECK(loaded->config.tokens.admin_channels == std::vector<std::string>{"audit"});
    CHECK(loaded->warnings.size() == (value.empty() ? 0 : environment.size()));
    for (const std::string& warning : loaded->warnings) {
        CHECK_THAT(warning, Catch::EndsWith("\" holds only white space and counts as not set"));
    }
}

TEST_CASE("[] makes a list empty, which is a warning") {
    const ConfigFolder folder;
    const LoadResult loaded = folder.load("[auth]\naudience = [\"a\"]\nissuer = \"i\"\n",
                                          {{"NOTIFYD_AUTH__AUDIENCE", " [] "}, {"NOTIFYD_AUTH__ISSUER", "[]"}});
    REQUIRE(loaded.has_value());
    CHECK(loaded->config.auth.audience.empty());
    CHECK(loaded->config.auth.issuer == "[]");
    CHECK(loaded->given.contains("auth.audience"));
    CHECK(loaded->warnings == std::vector<std::string>{"environment variable \"NOTIFYD_AUTH__AUDIENCE\" makes "
                                                       "auth.audience an empty list, whatever the config file says"});
}

TEST_CASE("an unknown variable is a warning that suggests a name and never shows the value") {
    struct Case {
        std::string variable;
        std::string meant;
    };
    const auto slip = GENERATE(values<Case>({
        {"NOTIFYD_AUTH_AUDIENCE", "NOTIFYD_AUTH__AUDIENCE"},
        {"NOTIFYD_auth__audience", "NOTIFYD_AUTH__AUDIENCE"},
        {"notifyd_auth__audience", "NOTIFYD_AUTH__AUDIENCE"},
        {"Notifyd_Limits_MaxMessage", "NOTIFYD_LIMITS__MAX_MESSAGE"},
        {"NOTIFYD_AUTH__AUDIENC", "NOTIFYD_AUTH__AUDIENCE"},
        {"NOTIFYD_AUTH__AUDIENCES", "NOTIFYD_AUTH__AUDIENCE"},
        {"NOTIFYD__AUTH__AUDIENCE", "NOTIFYD_AUTH__AUDIENCE"},
        {"NOTIFYD_AUDIENCE", "NOTIFYD_AUTH__AUDIENCE"},
        {"NOTIFYD_LIMITS__MAX_MESAGE", "NOTIFYD_LIMITS__MAX_MESSAGE"},
        {"NOTIFYD_LIMITS_MAX_MSESAGE", "NOTIFYD_LIMITS__MAX_MESSAGE"},
        {"NOTIFYD_HS256SECRET", "NOTIFYD_AUTH__HS256_SECRET"},
        {"NOTIFYD_PATH", "NOTIFYD_STORAGE__PATH"},
        {"NOTIFYD_AUTH__CLAIMS__ORGS", "NOTIFYD_AUTH__CLAIMS__ORG"},
        {"NOTIFYD_AUTH__CLAIMS", ""},
        {"NOTIFYD_LIMITS", ""},
        {"NOTIFYD_FOLDER", ""},
        {"NOTIFYD_", ""},
        {"NOTIFYD___", ""},
        {"NOTIFYD_NOTIFICATIONS__TYPES__A__B", ""},
        {"NOTIFYD_" + std::string(100'000, 'X'), ""},
    }));
    const LoadResult loaded = ConfigFolder().load("", {{slip.variable, "hunter2"}, {"NOTIFIER", "x"}, {"PATH", "/"}});
    REQUIRE(loaded.has_value());
    CHECK(loaded->given.empty());
    REQUIRE(loaded->warnings.size() == 1);
    const std::string& warning = loaded->warnings.front();
    CHECK_THAT(warning, Catch::StartsWith("environment variable \"" + slip.variable.substr(0, 60)));
    const std::string rest = slip.meant.empty() ? "" : "; did you mean " + slip.meant + "?";
    CHECK_THAT(warning, Catch::EndsWith("\" is not a setting and has no effect" + rest));
    CHECK_THAT(warning, !Catch::Contains("hunter2"));
}

TEST_CASE("every key is set by the variable of its name") {
    for (const Key& key : all_keys()) {
        CAPTURE(key.name);
        if (key.name.ends_with('*') || key.name.starts_with("channels.")) continue;
        const LoadResult loaded = ConfigFolder().load("", {{variable_of(key.name), "no such value \x01"}});
        // Accepted, or rejected by its type; never unknown.
        if (loaded.has_value()) CHECK(loaded->given.contains(key.name));
    }
}

TEST_CASE("the process's environment can be read") {
    CHECK_FALSE(process_environment().empty());
}
