// The operator's settings as typed values: one struct per section, with its defaults. The rows of the key table
// (src/config/keys) say the rest about each key.
// Thread: any; immutable once loaded.
// Every limit takes 0 = off; unless_off() turns that into a number to compare with.
#pragma once

#include "notifyd/config/log_level.hpp"
#include "notifyd/config/secret.hpp"
#include "notifyd/core/topic_name.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::config {

using std::chrono::milliseconds;

// The largest number if the limit is off.
[[nodiscard]] constexpr std::size_t unless_off(std::size_t limit) {
    return limit == 0 ? std::numeric_limits<std::size_t>::max() : limit;
}

constexpr std::size_t operator""_KiB(unsigned long long count) {
    return std::size_t{count} * 1024;
}
constexpr std::size_t operator""_MiB(unsigned long long count) {
    return std::size_t{count} * 1024 * 1024;
}

// An address to listen on: an IP address and a port, or the path of a Unix socket.
struct Endpoint {
    std::string host;        // an IPv4 or IPv6 literal without brackets; empty for a Unix socket
    std::uint16_t port = 0;  // 0 = any free port
    std::string unix_path;

    [[nodiscard]] bool is_unix() const { return !unix_path.empty(); }
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// As in the config: "0.0.0.0:8443", "[::]:8443", "unix:/run/notifyd.sock".
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

// A network such as 10.0.0.0/8.
struct Network {
    std::string address;
    int prefix_bits = 0;

    friend bool operator==(const Network&, const Network&) = default;
};

struct Server {
    Endpoint listen{"0.0.0.0", 8443, ""};
    std::string base_path;
    std::size_t threads = 0;
    std::vector<std::string> allowed_origins{"*"};
    std::vector<Network> trusted_proxies;
    std::optional<Endpoint> metrics_listen;
    milliseconds drain_timeout{std::chrono::seconds(30)};
    // Permissions of a Unix socket, whatever the umask.
    unsigned socket_mode = 0660;

    friend bool operator==(const Server&, const Server&) = default;
};

enum class TlsVersion : std::uint8_t { tls_1_2, tls_1_3 };

struct Tls {
    std::filesystem::path certificate;
    std::filesystem::path private_key;
    TlsVersion min_version = TlsVersion::tls_1_2;

    [[nodiscard]] bool enabled() const { return !certificate.empty(); }
    friend bool operator==(const Tls&, const Tls&) = default;
};

enum class Algorithm : std::uint8_t { hs256, rs256, rs384, rs512, ps256, es256, es384, eddsa };

// Its name in a token's header: "HS256".
[[nodiscard]] std::string_view to_string(Algorithm algorithm);

struct Auth {
    std::vector<Algorithm> algorithms{Algorithm::rs256};
    Secret hs256_secret;
    std::filesystem::path public_key;
    // `auth.jwks` is a file or a URL: at most one of these two is set.
    std::filesystem::path jwks_file;
    std::string jwks_url;
    milliseconds jwks_refresh{std::chrono::minutes(10)};
    std::string issuer;
    std::vector<std::string> audience;
    milliseconds leeway{std::chrono::seconds(30)};
    std::string user_claim{"sub"};
    std::vector<std::string> publish_grants{"notifyd:publish"};
    std::vector<std::string> admin_grants{"notifyd:admin"};
    // For org, hub and project: the claim that holds the ids.
    std::map<TopicClass, std::string> claims;

    friend bool operator==(const Auth&, const Auth&) = default;
};

struct Tokens {
    Secret secret;
    Secret previous_secret;
    milliseconds ttl{std::chrono::seconds(60)};
    std::size_t per_minute = 10;
    std::vector<std::string> admin_channels;

    friend bool operator==(const Tokens&, const Tokens&) = default;
};

struct Permissions {
    bool direct_messages = true;
    bool self_claim = false;

    friend bool operator==(const Permissions&, const Permissions&) = default;
};

struct Limits {
    std::size_t max_connections = 100'000;
    std::size_t max_message = 256_KiB;
    std::size_t max_batch = 4_MiB;
    std::size_t json_depth = 32;
    std::size_t topics_per_connection = 100;
    std::size_t messages_per_second = 10;
    std::size_t message_burst = 20;
    std::size_t subscribes_per_minute = 20;
    std::size_t connects_per_minute_per_ip = 5;
    std::size_t connects_per_minute_per_user = 30;
    milliseconds http_idle_timeout{std::chrono::seconds(60)};
    std::size_t body_memory = 256_MiB;
    std::size_t body_memory_per_user = 16_MiB;
    std::size_t permission_writes_per_minute = 600;
    std::size_t permissions_per_topic = 100'000;
    std::size_t permissions_per_user = 10'000;
    std::size_t dead_letters_per_user = 10'000;
    std::size_t outbound_buffer = 1_MiB;
    std::size_t queue_length = 100'000;

    friend bool operator==(const Limits&, const Limits&) = default;
};

enum class OnLimit : std::uint8_t { reject, close_oldest };

struct Connections {
    std::size_t max_per_user = 5;
    OnLimit on_limit = OnLimit::reject;
    milliseconds ping_interval{std::chrono::seconds(30)};
    milliseconds idle_timeout{std::chrono::seconds(90)};
    milliseconds max_age{std::chrono::hours(2)};
    bool close_on_token_expiry = false;
    milliseconds handshake_timeout{std::chrono::seconds(10)};
    bool compression = false;

    friend bool operator==(const Connections&, const Connections&) = default;
};

enum class Durability : std::uint8_t { full, normal };

struct Storage {
    std::filesystem::path path{"notifyd.db"};
    Durability durability = Durability::full;
    // 0 = kept forever.
    milliseconds message_retention{std::chrono::days(30)};
    milliseconds notification_retention{std::chrono::days(30)};
    milliseconds dead_letter_retention{std::chrono::days(14)};
    bool history = true;

    friend bool operator==(const Storage&, const Storage&) = default;
};

struct Fifo {
    milliseconds deduplication_window{std::chrono::minutes(5)};
    bool content_based_deduplication = false;

    friend bool operator==(const Fifo&, const Fifo&) = default;
};

struct Delivery {
    std::size_t max_attempts = 3;
    milliseconds retry_backoff{200};
    milliseconds stalled_after{std::chrono::seconds(30)};

    friend bool operator==(const Delivery&, const Delivery&) = default;
};

// Who is there, and how far everyone has read.
struct Presence {
    bool enabled = false;
    milliseconds leave_after{std::chrono::seconds(5)};
    bool read_receipts = true;

    friend bool operator==(const Presence&, const Presence&) = default;
};

struct Notifications {
    std::vector<std::string> default_channels{"*"};
    milliseconds pending_window{std::chrono::days(7)};
    std::size_t max_recipients = 1000;
    // The operator's own types: type -> channel.
    std::map<std::string, std::string> types;

    friend bool operator==(const Notifications&, const Notifications&) = default;
};

// A target channel whose messages are posted to a URL.
struct Channel {
    std::string name;
    std::string url;
    Secret secret;

    friend bool operator==(const Channel&, const Channel&) = default;
};

struct Alarms {
    std::size_t connections = 0;
    double delivery_failure_rate = 0.05;
    double delivery_p99_ms = 500;
    double average_latency_ms = 0;
    double p95_latency_ms = 0;
    double high_latency_ms = 1000;
    std::size_t high_latency_count = 0;
    std::string webhook;

    friend bool operator==(const Alarms&, const Alarms&) = default;
};

// automatic: text on a terminal, JSON lines elsewhere.
enum class LogFormat : std::uint8_t { automatic, json, text };

struct Log {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::automatic;
    std::filesystem::path file;  // empty = stderr

    friend bool operator==(const Log&, const Log&) = default;
};

struct Tracing {
    std::string otlp_endpoint;
    double sample_ratio = 0.01;

    friend bool operator==(const Tracing&, const Tracing&) = default;
};

struct Config {
    Server server;
    Tls tls;
    Auth auth;
    Tokens tokens;
    Permissions permissions;
    Limits limits;
    Connections connections;
    Storage storage;
    Fifo fifo;
    Delivery delivery;
    Presence presence;
    Notifications notifications;
    std::vector<Channel> channels;
    Alarms alarms;
    Log log;
    Tracing tracing;

    friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace notifyd::config
