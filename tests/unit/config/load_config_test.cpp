// What a config file may say, and how it is refused.
#include "config_file.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace notifyd::config;
using namespace notifyd;
using notifyd::config::testing::ConfigFolder;
using namespace std::chrono_literals;

TEST_CASE("an empty file gives the defaults") {
    const ConfigFolder folder;
    const LoadResult loaded = folder.load("");
    REQUIRE(loaded.has_value());
    Config expected;
    expected.storage.path = folder.path() / "notifyd.db";
    CHECK(loaded->config == expected);
    CHECK(loaded->given.empty());
    CHECK(to_string(loaded->config.server.listen) == "0.0.0.0:8443");
    CHECK(loaded->config.limits.max_message == 262'144);
    CHECK(loaded->config.connections.idle_timeout == 90s);
    CHECK(loaded->config.storage.message_retention == 30 * 24h);
}

TEST_CASE("every kind of value is read") {
    const ConfigFolder folder;
    folder.write("cert.pem", "x");
    folder.write("key.pem", "x");
    const LoadResult loaded = folder.load(R"(
[server]
listen = "[::1]:0"
base_path = "/a/b-c"
allowed_origins = ["https://app.example.com", "http://localhost:3000"]
trusted_proxies = ["10.0.0.0/8", "fd00::1"]
metrics_listen = "unix:/run/metrics.sock"
[tls]
certificate = "cert.pem"
private_key = "key.pem"
min_version = "1.3"
[auth]
algorithms = ["HS256", "EdDSA"]
hs256_secret = "literal"
jwks = "https://id.example.com/keys"
claims = { org = "custom:orgId" }
[limits]
max_message = 1024
outbound_buffer = "2MiB"
max_connections = 0
[connections]
on_limit = "close_oldest"
max_age = 0
ping_interval = "200ms"
[storage]
path = "/var/lib/notifyd/data.db"
durability = "normal"
[alarms]
delivery_failure_rate = 1
delivery_p99_ms = 2.5
[log]
level = "debug"
format = "json"
[notifications.types]
invoice_ready = "billing"
[[channels]]
name = "Email"
url = "https://mailer.internal/hook"
[[channels]]
name = "Sms"
url = "http://sms:80"
secret = "s"
)");
    REQUIRE(loaded.has_value());
    const Config& config = loaded->config;
    CHECK(config.server.listen == Endpoint{"::1", 0, ""});
    CHECK(to_string(config.server.listen) == "[::1]:0");
    CHECK(config.server.base_path == "/a/b-c");
    CHECK(config.server.allowed_origins.size() == 2);
    CHECK(config.server.trusted_proxies == std::vector<Network>{{"10.0.0.0", 8}, {"fd00::1", 128}});
    REQUIRE(config.server.metrics_listen);
    CHECK(config.server.metrics_listen->unix_path == "/run/metrics.sock");
    CHECK(config.tls.enabled());
    CHECK(config.tls.certificate == folder.path() / "cert.pem");
    CHECK(config.tls.min_version == TlsVersion::tls_1_3);
    CHECK(config.auth.algorithms == std::vector{Algorithm::hs256, Algorithm::eddsa});
    CHECK(config.auth.hs256_secret.reveal() == "literal");
    CHECK(config.auth.jwks_url == "https://id.example.com/keys");
    CHECK(config.auth.jwks_file.empty());
    CHECK(config.auth.claims == std::map<TopicClass, std::string>{{TopicClass::org, "custom:orgId"}});
    CHECK(config.limits.max_message == 1024);
    CHECK(config.limits.outbound_buffer == 2_MiB);
    CHECK(config.limits.max_connections == 0);
    CHECK(unless_off(config.limits.max_connections) > 1'000'000'000);
    CHECK(config.connections.on_limit == OnLimit::close_oldest);
    CHECK(config.connections.max_age == 0ms);
    CHECK(config.connections.ping_interval == 200ms);
    CHECK(config.storage.path == "/var/lib/notifyd/data.db");
    CHECK(config.storage.durability == Durability::normal);
    CHECK(config.alarms.delivery_failure_rate == 1.0);
    CHECK(config.alarms.delivery_p99_ms == 2.5);
    CHECK(config.log.level == LogLevel::debug);
    CHECK(config.log.format == LogFormat::json);
    CHECK(config.notifications.types.at("invoice_ready") == "billing");
    REQUIRE(config.channels.size() == 2);
    CHECK(config.channels[1].name == "Sms");
    CHECK(config.channels[1].secret.reveal() == "s");
    CHECK(loaded->given.contains("limits.max_message"));
    CHECK_FALSE(loaded->given.contains("limits.max_batch"));
}

TEST_CASE("a bad value is refused with file, line and key") {
    struct Case {
        std::string toml;
        std::string error;
    };
    const auto bad = GENERATE(values<Case>({
        {"[limits]\nmax_message = \"256KB \"",
         "notifyd.toml:2: limits.max_message: expected a size such as \"256KiB\", got \"256KB \""},
        {"[limits]\n\nmax_message = -1",
         "notifyd.toml:3: limits.max_message: expected a size such as \"256KiB\", got -1"},
        {"[limits]\nmax_message = \"1GiB\"", "notifyd.toml:2: limits.max_message: must be at most 64MiB, got \"1GiB\""},
        {"[limits]\nmax_connections = \"10\"",
         "notifyd.toml:2: limits.max_connections: expected a whole number from 0 to 1000000000, got \"10\""},
        {"[limits]\nmax_connections = 1.5",
         "notifyd.toml:2: limits.max_connections: expected a whole number from 0 to 1000000000, got 1.5"},
        {"[server]\nthreads = -1", "notifyd.toml:2: server.threads: expected a whole number from 0 to 256, got -1"},
        {"[server]\nlisten = \"localhost:1\"",
         "notifyd.toml:2: server.listen: expected an address such as \"0.0.0.0:8443\", \"[::]:8443\" or "
         "\"unix:/run/notifyd.sock\", got \"localhost:1\""},
        {"[server]\nbase_path = \"/x/\"",
         "notifyd.toml:2: server.base_path: expected \"\" or a path such as \"/dvl\", without a slash at its end, got "
         "\"/x/\""},
        {"[server]\nallowed_origins = \"*\"",
         "notifyd.toml:2: server.allowed_origins: expected a list of \"*\" or origins such as "
         "\"https://app.example.com\", got \"*\""},
        {"[server]\nallowed_origins = [\"https://a\", \"b\"]",
         "notifyd.toml:2: server.allowed_origins: \"b\" is not an origin such as \"https://app.example.com\""},
        {"[server]\nallowed_origins = [1]",
         "notifyd.toml:2: server.allowed_origins: expected a list of \"*\" or origins such as "
         "\"https://app.example.com\", got a list that does not hold strings only"},
        {"[server]\ntrusted_proxies = [\"10.0.0.0/33\"]",
         "notifyd.toml:2: server.trusted_proxies: \"10.0.0.0/33\" is not a network such as \"10.0.0.0/8\""},
        {"[connections]\nidle_timeout = \"90\"",
         "notifyd.toml:2: connections.idle_timeout: expected a duration such as \"30s\", got \"90\""},
        {"[connections]\nidle_timeout = 90",
         "notifyd.toml:2: connections.idle_timeout: expected a duration such as \"30s\", got 90"},
        {"[connections]\non_limit = \"drop\"",
         "notifyd.toml:2: connections.on_limit: expected \"reject\" or \"close_oldest\", got \"drop\""},
        {"[connections]\ncompression = 1", "notifyd.toml:2: connections.compression: expected true or false, got 1"},
        {"[auth]\nleeway = \"1h\"", "notifyd.toml:2: auth.leeway: must be from 0 to 10m, got \"1h\""},
        {"[auth]\nalgorithms = [\"none\"]",
         "notifyd.toml:2: auth.algorithms: \"none\" is not one of \"HS256\", \"RS256\", \"RS384\", \"RS512\", "
         "\"PS256\", "
         "\"ES256\", \"ES384\" or \"EdDSA\""},
        {"[auth]\nalgorithms = []", "notifyd.toml:2: auth.algorithms: must not be empty"},
        {"[auth]\nuser_claim = 2026-01-01",
         "notifyd.toml:2: auth.user_claim: expected a string that is not empty, got a date or time"},
        {"[auth.claims]\nchat = \"x\"", "notifyd.toml:2: auth.claims.chat: unknown key"},
        {"[auth]\npublic_key = \"absent.pem\"",
         "notifyd.toml:2: auth.public_key: file \"absent.pem\" cannot be read: No such file or directory"},
        {"[storage]\npath = \":memory:\"",
         "notifyd.toml:2: storage.path: expected the path of a file, got \":memory:\""},
        {"[storage]\npath = \"postgres://user:hunter2@host/db\"",
         "notifyd.toml:2: storage.path: must be the path of a file: this version knows no database behind a URL"},
        {"[tracing]\nsample_ratio = nan",
         "notifyd.toml:2: tracing.sample_ratio: expected a number from 0 to 1, got nan"},
        {"[alarms]\nwebhook = \"ftp://x\"",
         "notifyd.toml:2: alarms.webhook: expected \"\" or a URL such as \"https://host/path\", got \"ftp://x\""},
        {"[[channels]]\nname = \"WebSocket\"\nurl = \"http://x\"",
         "notifyd.toml:2: channels[0].name: expected a name that is not \"WebSocket\", got \"WebSocket\""},
        {"limits = 1", "notifyd.toml:1: limits: expected a table [limits], got 1"},
        {"[limits]\nmax_message = { a = 1 }",
         "notifyd.toml:2: limits.max_message: expected a size such as \"256KiB\", got a table\n"
         "notifyd.toml:2: limits.max_message.a: unknown key"},
        {"[log]\nfile = \"a\\u0000b\"", "notifyd.toml:2: log.file: expected the path of a file, got \"a\\x00b\""},
    }));
    CHECK(ConfigFolder().errors(bad.toml) == bad.error);
}

TEST_CASE("unknown names are refused") {
    const ConfigFolder folder;
    CHECK(folder.errors("[limits]\nmax_mesage = 1") == "notifyd.toml:2: limits.max_mesage: unknown key");
    CHECK(folder.errors("\n[limit]\nmax_message = 1\nother = 2") == "notifyd.toml:2: limit: unknown section");
    CHECK(folder.errors("listen = \"x\"") == "notifyd.toml:1: listen: unknown key");
    CHECK(folder.errors("[server.tls]") == "notifyd.toml:1: server.tls: unknown section");
    CHECK(folder.errors("[[server]]\nthreads = 1") == "notifyd.toml:1: server: expected a table [server]");
    CHECK(folder.errors("[channels]\nname = \"a\"\nurl = \"http://x\"") ==
          "notifyd.toml:1: channels: expected a table [[channels]]");
    // A quoted key is a name of its own, not a path.
    CHECK(folder.errors("\"server.threads\" = 1") == "notifyd.toml:1: \"server.threads\": unknown key");
}

TEST_CASE("values that contradict each other are rejected") {
    const ConfigFolder folder;
    folder.write("cert.pem", "x");
    CHECK(
        folder.errors("[connections]\nping_interval = \"90s\"") ==
        "notifyd.toml:2: connections.ping_interval: connections.ping_interval must be below connections.idle_timeout");
    CHECK(folder.errors("[connections]\nidle_timeout = \"30s\"") ==
          "notifyd.toml:2: connections.idle_timeout: connections.ping_interval must be below connections.idle_timeout");
    CHECK(folder.errors("[connections]\nidle_timeout = \"0\"").empty());
    CHECK(folder.errors("[limits]\noutbound_buffer = \"1KiB\"") ==
          "notifyd.toml:2: limits.outbound_buffer: limits.outbound_buffer must be at least limits.max_message "
          "(0 = no limit)");
    CHECK(folder.errors("[limits]\nmax_message = 0\nmax_batch = 0\noutbound_buffer = 0").empty());
    CHECK(folder.errors("[limits]\nmax_message = \"8MiB\"\noutbound_buffer = \"8MiB\"") ==
          "notifyd.toml:2: limits.max_message: limits.max_batch must be at least limits.max_message (0 = no limit)");
    CHECK(folder.errors("[limits]\nmax_batch = \"512MiB\"").empty());
    CHECK(folder.errors("[limits]\nmax_batch = \"32MiB\"\nbody_memory_per_user = \"16MiB\"") ==
          "notifyd.toml:3: limits.body_memory_per_user: limits.body_memory_per_user must be at least limits.max_batch, "
          "or no batch of that size can be read (0 = no limit)");
    CHECK(folder.errors("[limits]\nbody_memory = \"8MiB\"") ==
          "notifyd.toml:2: limits.body_memory: limits.body_memory must be at least limits.body_memory_per_user and "
          "limits.max_batch (0 = no limit)");
    CHECK(folder.errors("[limits]\nbody_memory = 0\nbody_memory_per_user = 0\nhttp_idle_timeout = \"0\"").empty());
    CHECK(folder.errors("[tls]\ncertificate = \"cert.pem\"") ==
          "notifyd.toml:2: tls.certificate: tls.certificate and tls.private_key must both be set or both be empty");
    CHECK(folder.errors("[server]\nmetrics_listen = \"0.0.0.0:8443\"") ==
          "notifyd.toml:2: server.metrics_listen: server.metrics_listen must differ from server.listen");
    const std::string secret(32, 'x');
    CHECK(folder.errors("[tokens]\nprevious_secret = \"" + secret + "\"") ==
          "notifyd.toml:2: tokens.previous_secret: tokens.previous_secret needs tokens.secret");
    CHECK(folder.errors("[tokens]\nsecret = \"" + secret + "\"\nprevious_secret = \"" + secret + "\"").empty());
    CHECK(folder.errors("[tokens]\nsecret = \"" + secret.substr(1) + "\"") ==
          "notifyd.toml:2: tokens.secret: tokens.secret must have at least 32 bytes");
    CHECK(folder.errors("[tokens]\nsecret = \"" + secret + "\"\nprevious_secret = \"short\"") ==
          "notifyd.toml:3: tokens.previous_secret: tokens.previous_secret must have at least 32 bytes");
    for (const std::string text : {"CHANGE-ME-", "replace_me", "your secret", "placeholder"}) {
        CHECK(folder.errors("[tokens]\nsecret = \"" + text + secret + "\"") ==
              "notifyd.toml:2: tokens.secret: tokens.secret is a placeholder: make one with `openssl rand -base64 32`");
    }
    CHECK(folder.errors("[[channels]]\nname = \"A\"\n[[channels]]\nname = \"A\"\nurl = \"http://x\"") ==
          "notifyd.toml:1: channels[0].url: is required\n"
          "notifyd.toml:3: channels[1].name: is the name of another channel too");
}

TEST_CASE("all errors are reported, in the file's order, and bounded") {
    const ConfigFolder folder;
    CHECK(folder.errors("[server]\nthreads = -1\n[auth]\nleeway = 1\n", {{"NOTIFYD_LOG__LEVEL", "loud"}}) ==
          "notifyd.toml:2: server.threads: expected a whole number from 0 to 256, got -1\n"
          "notifyd.toml:4: auth.leeway: expected a duration such as \"30s\", got 1\n"
          "NOTIFYD_LOG__LEVEL: expected \"debug\", \"info\", \"warn\" or \"error\", got \"loud\"");
    std::string many = "[limits]\n";
    for (int number = 0; number < 100; ++number) many += "unknown_" + std::to_string(number) + " = 1\n";
    const LoadResult result = folder.load(many);
    REQUIRE(result.has_error());
    CHECK(result.error().size() == config_errors_max);
}

TEST_CASE("a file that cannot be read or parsed is refused") {
    const ConfigFolder folder;
    const auto only_error = [](const LoadResult& result) {
        REQUIRE(result.has_error());
        REQUIRE(result.error().size() == 1);
        return to_string(result.error().front());
    };
    const std::string prefix = folder.path().string();
    CHECK(only_error(load_config(folder.path() / "absent.toml", {})) ==
          prefix + "/absent.toml: cannot be read: No such file or directory");
    CHECK(only_error(load_config(folder.path(), {})) == prefix + ": cannot be read: it is a folder");
    CHECK(only_error(folder.load(std::string(2'000'000, '#'))) == prefix + "/notifyd.toml: is larger than 1MiB");
    CHECK_THAT(only_error(folder.load("[server]\nthreads = = 1")),
               Catch::StartsWith(prefix + "/notifyd.toml:2: not valid TOML: "));
    CHECK_THAT(only_error(folder.load("[server]\nthreads = 1\nthreads = 2")),
               Catch::Contains("notifyd.toml:3: not valid"));
    CHECK_THAT(only_error(folder.load("a = \"\xFF\"")), Catch::Contains("not valid TOML"));
    CHECK_THAT(only_error(folder.load("[!x]\na = 1")), Catch::Contains("expected bare key"));
    CHECK_THAT(only_error(folder.load("a \u00e9 = 1")), Catch::Contains("expected"));
}

TEST_CASE("keys without effect are reported if they were given") {
    const ConfigFolder folder;
    const LoadResult loaded = folder.load(R"(
[server]
threads = 1
[alarms]
connections = 3
[connections]
on_limit = "reject"
[auth]
jwks = "https://id.example.com/keys"
[notifications.types]
a = "b"
)",
                                          {{"NOTIFYD_FIFO__DEDUPLICATION_WINDOW", "1m"}});
    REQUIRE(loaded.has_value());
    CHECK(keys_without_effect(*loaded) == std::vector<std::string>{"alarms.connections"});
}

TEST_CASE("doubtful settings are reported") {
    Config sound;
    sound.server.listen.host = "127.0.0.1";
    sound.auth.hs256_secret = Secret(std::string(32, 'k'));
    sound.auth.algorithms = {Algorithm::hs256};
    CHECK(doubtful_settings(sound).empty());

    Config open = sound;
    open.server.listen.host = "::";
    open.server.allowed_origins = {"https://app.example.com"};
    open.tls.certificate = "cert.pem";
    Config by_url = sound;
    by_url.auth.algorithms = {Algorithm::hs256, Algorithm::rs256};
    by_url.auth.issuer = "https://id.example.com";

    const struct {
        const char* what;
        const Config& base;
        void (*change)(Config&);
        const char* doubt;  // "": none
    } cases[] = {
        {"no key", sound, [](Config& to) { to.auth.hs256_secret = Secret(); }, "every token will be refused"},
        {"short secret", sound, [](Config& to) { to.auth.hs256_secret = Secret("kkk"); }, "shorter than 32 bytes"},
        {"secret without use", sound, [](Config& to) { to.auth.algorithms = {Algorithm::rs256}; }, "has no \"HS256\""},
        {"key without use", sound, [](Config& to) { to.auth.public_key = "key.pem"; }, "has only \"HS256\""},
        {"https", by_url, [](Config& to) { to.auth.jwks_url = "https://id.example.com/keys"; }, ""},
        {"http", by_url, [](Config& to) { to.auth.jwks_url = "http://id.example.com/keys"; }, "fetched over http"},
        {"http, a name like", by_url, [](Config& to) { to.auth.jwks_url = "http://localhost.a.com"; }, "over http"},
        {"http to localhost", by_url, [](Config& to) { to.auth.jwks_url = "http://localhost:8080/keys"; }, ""},
        {"http to 127.0.0.1", by_url, [](Config& to) { to.auth.jwks_url = "http://127.0.0.1/keys"; }, ""},
        {"http to ::1", by_url, [](Config& to) { to.auth.jwks_url = "http://[::1]:80/keys"; }, ""},
        {"no issuer",
         by_url,
         [](Config& to) {
             to.auth.jwks_file = "keys.json";
             to.auth.issuer = "";
         },
         "auth.issuer is not set"},
        {"one secret for both",
         sound,
         [](Config& to) { to.tokens.secret = to.auth.hs256_secret; },
         "use different secrets"},
        {"TLS", open, [](Config&) {}, ""},
        {"plain text", open, [](Config& to) { to.tls.certificate.clear(); }, "tokens can be read on the network"},
        {"behind a proxy",
         open,
         [](Config& to) {
             to.tls.certificate.clear();
             to.server.trusted_proxies = {{"10.0.0.1", 32}};
         },
         ""},
        {"a Unix socket",
         open,
         [](Config& to) {
             to.tls.certificate.clear();
             to.server.allowed_origins = {"*"};
             to.server.listen = Endpoint{"", 0, "/run/notifyd.sock"};
         },
         "every client has the same address"},
        {"a Unix socket behind a proxy",
         open,
         [](Config& to) {
             to.server.listen = Endpoint{"", 0, "/run/notifyd.sock"};
             to.server.trusted_proxies = {{"10.0.0.1", 32}};
         },
         ""},
        {"a Unix socket without limits by address",
         open,
         [](Config& to) {
             to.server.listen = Endpoint{"", 0, "/run/notifyd.sock"};
             to.limits.connects_per_minute_per_ip = 0;
         },
         ""},
        {"any origin",
         open,
         [](Config& to) {
             to.server.allowed_origins = {"https://a.com", "*"};
         },
         "pages of any site"},
    };
    for (const auto& test : cases) {
        CAPTURE(test.what);
        Config config = test.base;
        test.change(config);
        const std::vector<std::string> doubts = doubtful_settings(config);
        const std::string_view wanted = test.doubt;
        REQUIRE(doubts.size() == (wanted.empty() ? 0 : 1));
        if (wanted.empty()) continue;
        CHECK(doubts.front().find(wanted) != std::string::npos);
        CHECK(doubts.front().find("kkk") == std::string::npos);
    }
}

TEST_CASE("a private key that everybody can read is doubtful") {
    const ConfigFolder folder;
    Config config;
    config.server.listen.host = "127.0.0.1";
    config.auth.hs256_secret = Secret(std::string(32, 'k'));
    config.auth.algorithms = {Algorithm::hs256};
    config.tls.certificate = folder.write("cert.pem", "");
    config.tls.private_key = folder.write("key.pem", "");
    using std::filesystem::perms;
    std::filesystem::permissions(config.tls.private_key, perms::owner_read | perms::group_read);
    CHECK(doubtful_settings(config).empty());
    std::filesystem::permissions(config.tls.private_key, perms::owner_read | perms::others_read);
    REQUIRE(doubtful_settings(config).size() == 1);
    CHECK(doubtful_settings(config).front().starts_with("tls.private_key: "));
}
