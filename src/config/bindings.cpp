// The table of every key of SPEC §10.
#include "bindings.hpp"

#include "notifyd/config/units.hpp"
#include "notifyd/core/name.hpp"

#include "bind.hpp"
#include "endpoint.hpp"
#include "fetched_url.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <tuple>
#include <utility>

namespace notifyd::config {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t count_max = 1'000'000'000;
constexpr std::size_t threads_max = 256;
// Destroying a JSON value walks down its depth on the stack.
constexpr std::size_t json_depth_max = 256;
constexpr std::size_t message_bytes_max = 64_MiB;
constexpr std::size_t buffer_bytes_max = 1024_MiB;
constexpr std::size_t body_memory_max = 1024 * 1024_MiB;
constexpr double milliseconds_max = 86'400'000;

bool is_optional_url(std::string_view text) {
    return text.empty() || is_http_url(text);
}

bool is_name_or_star(std::string_view text) {
    return text == "*" || is_name(text);
}
bool is_channel_name(std::string_view text) {
    return is_name(text) && text != "WebSocket";
}

// SQLite would take these for a memory database or a URI.
bool is_database_path(std::string_view text) {
    return !text.empty() && !text.starts_with(':') && !text.starts_with("file:");
}

// A URL would otherwise become a folder's name, and its password part of an error.
Reader<std::filesystem::path> database_file() {
    Reader<std::filesystem::path> file = file_to_write(is_database_path);
    auto convert_path = std::move(file.convert);
    file.convert = [convert_path = std::move(convert_path)](const Setting& setting, const Surroundings& surroundings) {
        const auto held = as_text(setting);
        if (held && held->find("://") != std::string::npos) {
            return Converted<std::filesystem::path>{
                std::nullopt, "must be the path of a file: this version knows no database behind a URL"};
        }
        return convert_path(setting, surroundings);
    };
    return file;
}

Binding bind_claim(std::string_view key, TopicClass topic_class) {
    auto apply = [topic_class](Config& config, const Setting& setting, const Surroundings& surroundings) {
        return convert(text("the name of a claim", is_not_empty), setting, surroundings, [&](std::string claim) {
            config.auth.claims[topic_class] = std::move(claim);
        });
    };
    // One that is not given is the same as an empty one.
    auto claim_in = [topic_class](const Config& config) {
        const auto found = config.auth.claims.find(topic_class);
        return found == config.auth.claims.end() ? std::string() : found->second;
    };
    auto copy = [topic_class, claim_in](const Config& from, Config& to) {
        to.auth.claims.erase(topic_class);
        if (std::string claim = claim_in(from); !claim.empty()) to.auth.claims[topic_class] = std::move(claim);
    };
    return {key,
            std::move(apply),
            [claim_in](const Config& one, const Config& other) { return claim_in(one) == claim_in(other); },
            std::move(copy)};
}

Binding bind_notification_types(std::string_view pattern) {
    auto apply = [](Config& config, const Setting& setting, const Surroundings& surroundings) -> std::string {
        const std::string type = setting.key.substr(setting.key.rfind('.') + 1);
        if (!is_name(type)) return "a notification type is named with letters, digits, _ and -";
        return convert(text("the name of a channel", is_name), setting, surroundings, [&](std::string channel) {
            config.notifications.types[type] = std::move(channel);
        });
    };
    return make_binding(
        pattern, std::move(apply), [](auto& config) -> auto& { return config.notifications.types; });
}

// A limit of which 0 means off.
Reader<std::size_t> limit() {
    return count(0, count_max);
}
Reader<std::chrono::milliseconds> time_limit() {
    return duration(0ms, duration_max);
}
Reader<std::string> any_text() {
    return text("a string", is_anything);
}
Reader<std::string> some_text() {
    return text("a string that is not empty", is_not_empty);
}
Reader<std::vector<std::string>> list_of_texts() {
    return texts("strings that are not empty", is_not_empty);
}
Reader<std::vector<std::string>> channel_names() {
    return texts("channel names", is_name);
}
Reader<std::string> optional_url() {
    return text("\"\" or a URL such as \"https://host/path\"", is_optional_url);
}

Reader<std::vector<Algorithm>> algorithms() {
    Choices<Algorithm> choices;
    for (const Algorithm algorithm : {Algorithm::hs256,
                                      Algorithm::rs256,
                                      Algorithm::rs384,
                                      Algorithm::rs512,
                                      Algorithm::ps256,
                                      Algorithm::es256,
                                      Algorithm::es384,
                                      Algorithm::eddsa}) {
        choices.emplace_back(to_string(algorithm), algorithm);
    }
    return some_of<Algorithm>(std::move(choices));
}

Reader<LogLevel> log_level() {
    Choices<LogLevel> choices;
    for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
        choices.emplace_back(to_string(level), level);
    }
    return one_of<LogLevel>(std::move(choices));
}

// `auth.jwks` is one key for two kinds of source.
Binding bind_jwks(std::string_view key) {
    auto apply = [](Config& config, const Setting& setting, const Surroundings& surroundings) {
        const auto written = as_text(setting);
        const bool is_url = written && is_meant_as_url(*written);
        config.auth.jwks_url = is_url ? *written : std::string();
        config.auth.jwks_file.clear();
        if (is_url) return problem_with_fetched_url(*written);
        return convert(readable_file(), setting, surroundings, [&](std::filesystem::path path) {
            config.auth.jwks_file = std::move(path);
        });
    };
    return make_binding(
        key, std::move(apply), [](auto& config) { return std::tie(config.auth.jwks_file, config.auth.jwks_url); });
}

using Bindings = std::vector<Binding>;

void append(Bindings& all, Bindings more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Bindings server_bindings() {
    constexpr auto section = &Config::server;
    return {
        bind<section, &Server::listen>("server.listen", endpoint()),
        bind<section, &Server::base_path>(
            "server.base_path", text("\"\" or a path such as \"/dvl\", without a slash at its end", is_base_path)),
        bind<section, &Server::threads>("server.threads", count(0, threads_max)),
        bind<section, &Server::allowed_origins>("server.allowed_origins", origins()),
        bind<section, &Server::trusted_proxies>("server.trusted_proxies", networks()),
        bind<section, &Server::metrics_listen>("server.metrics_listen", optional_endpoint()),
        bind<section, &Server::drain_timeout>("server.drain_timeout", duration(0ms, 1h)),
        bind<section, &Server::socket_mode>("server.socket_mode", file_mode()),
    };
}

Bindings tls_bindings() {
    constexpr auto section = &Config::tls;
    return {
        bind<section, &Tls::certificate>("tls.certificate", readable_file()),
        bind<section, &Tls::private_key>("tls.private_key", readable_file()),
        bind<section, &Tls::min_version>(
            "tls.min_version", one_of<TlsVersion>({{"1.2", TlsVersion::tls_1_2}, {"1.3", TlsVersion::tls_1_3}})),
    };
}

Bindings auth_bindings() {
    constexpr auto section = &Config::auth;
    return {
        bind<section, &Auth::algorithms>("auth.algorithms", algorithms()),
        bind<section, &Auth::hs256_secret>("auth.hs256_secret", secret()),
        bind<section, &Auth::public_key>("auth.public_key", readable_file()),
        bind_jwks("auth.jwks"),
        bind<section, &Auth::jwks_refresh>("auth.jwks_refresh", duration(1s, 24h)),
        bind<section, &Auth::issuer>("auth.issuer", any_text()),
        bind<section, &Auth::audience>("auth.audience", list_of_texts()),
        bind<section, &Auth::leeway>("auth.leeway", duration(0ms, 10min)),
        bind<section, &Auth::user_claim>("auth.user_claim", some_text()),
        bind<section, &Auth::publish_grants>("auth.publish_grants", list_of_texts()),
        bind<section, &Auth::admin_grants>("auth.admin_grants", list_of_texts()),
        bind_claim("auth.claims.org", TopicClass::org),
        bind_claim("auth.claims.hub", TopicClass::hub),
        bind_claim("auth.claims.project", TopicClass::project),
    };
}

Bindings token_bindings() {
    constexpr auto section = &Config::tokens;
    return {
        bind<section, &Tokens::secret>("tokens.secret", secret()),
        bind<section, &Tokens::previous_secret>("tokens.previous_secret", secret()),
        bind<section, &Tokens::ttl>("tokens.ttl", duration(1s, 24h)),
        bind<section, &Tokens::per_minute>("tokens.per_minute", limit()),
        bind<section, &Tokens::admin_channels>("tokens.admin_channels", channel_names()),
    };
}

Bindings permission_bindings() {
    constexpr auto section = &Config::permissions;
    return {
        bind<section, &Permissions::direct_messages>("permissions.direct_messages", flag()),
        bind<section, &Permissions::self_claim>("permissions.self_claim", flag()),
    };
}

Bindings limit_bindings() {
    constexpr auto section = &Config::limits;
    return {
        bind<section, &Limits::max_connections>("limits.max_connections", limit()),
        bind<section, &Limits::max_message>("limits.max_message", size(message_bytes_max)),
        bind<section, &Limits::max_batch>("limits.max_batch", size(buffer_bytes_max)),
        bind<section, &Limits::json_depth>("limits.json_depth", count(0, json_depth_max)),
        bind<section, &Limits::topics_per_connection>("limits.topics_per_connection", limit()),
        bind<section, &Limits::messages_per_second>("limits.messages_per_second", limit()),
        bind<section, &Limits::message_burst>("limits.message_burst", limit()),
        bind<section, &Limits::subscribes_per_minute>("limits.subscribes_per_minute", limit()),
        bind<section, &Limits::connects_per_minute_per_ip>("limits.connects_per_minute_per_ip", limit()),
        bind<section, &Limits::connects_per_minute_per_user>("limits.connects_per_minute_per_user", limit()),
        bind<section, &Limits::http_idle_timeout>("limits.http_idle_timeout", time_limit()),
        bind<section, &Limits::body_memory>("limits.body_memory", size(body_memory_max)),
        bind<section, &Limits::body_memory_per_user>("limits.body_memory_per_user", size(body_memory_max)),
        bind<section, &Limits::permission_writes_per_minute>("limits.permission_writes_per_minute", limit()),
        bind<section, &Limits::permissions_per_topic>("limits.permissions_per_topic", limit()),
        bind<section, &Limits::permissions_per_user>("limits.permissions_per_user", limit()),
        bind<section, &Limits::dead_letters_per_user>("limits.dead_letters_per_user", limit()),
        bind<section, &Limits::outbound_buffer>("limits.outbound_buffer", size(buffer_bytes_max)),
        bind<section, &Limits::queue_length>("limits.queue_length", limit()),
    };
}

Bindings connection_bindings() {
    constexpr auto section = &Config::connections;
    return {
        bind<section, &Connections::max_per_user>("connections.max_per_user", limit()),
        bind<section, &Connections::on_limit>(
            "connections.on_limit",
            one_of<OnLimit>({{"reject", OnLimit::reject}, {"close_oldest", OnLimit::close_oldest}})),
        bind<section, &Connections::ping_interval>("connections.ping_interval", time_limit()),
        bind<section, &Connections::idle_timeout>("connections.idle_timeout", time_limit()),
        bind<section, &Connections::max_age>("connections.max_age", time_limit()),
        bind<section, &Connections::close_on_token_expiry>("connections.close_on_token_expiry", flag()),
        bind<section, &Connections::handshake_timeout>("connections.handshake_timeout", time_limit()),
        bind<section, &Connections::compression>("connections.compression", flag()),
    };
}

Bindings storage_bindings() {
    constexpr auto section = &Config::storage;
    return {
        bind<section, &Storage::path>("storage.path", database_file()),
        bind<section, &Storage::durability>(
            "storage.durability", one_of<Durability>({{"full", Durability::full}, {"normal", Durability::normal}})),
        bind<section, &Storage::message_retention>("storage.message_retention", time_limit()),
        bind<section, &Storage::notification_retention>("storage.notification_retention", time_limit()),
        bind<section, &Storage::dead_letter_retention>("storage.dead_letter_retention", time_limit()),
        bind<section, &Storage::history>("storage.history", flag()),
    };
}

Bindings fifo_bindings() {
    constexpr auto section = &Config::fifo;
    return {
        bind<section, &Fifo::deduplication_window>("fifo.deduplication_window", duration(0ms, 24h)),
        bind<section, &Fifo::content_based_deduplication>("fifo.content_based_deduplication", flag()),
    };
}

Bindings delivery_bindings() {
    constexpr auto section = &Config::delivery;
    return {
        bind<section, &Delivery::max_attempts>("delivery.max_attempts", count(0, 100)),
        bind<section, &Delivery::retry_backoff>("delivery.retry_backoff", duration(1ms, 1h)),
        bind<section, &Delivery::stalled_after>("delivery.stalled_after", time_limit()),
    };
}

Bindings notification_bindings() {
    constexpr auto section = &Config::notifications;
    return {
        bind<section, &Notifications::default_channels>("notifications.default_channels",
                                                        texts("\"*\" or channel names", is_name_or_star)),
        bind<section, &Notifications::pending_window>("notifications.pending_window", time_limit()),
        bind<section, &Notifications::max_recipients>("notifications.max_recipients", limit()),
        bind_notification_types("notifications.types.*"),
    };
}

Bindings channel_bindings() {
    return {
        bind_channel<&Channel::name>("channels.name", text("a name that is not \"WebSocket\"", is_channel_name)),
        bind_channel<&Channel::url>("channels.url", text("a URL such as \"https://host/hook\"", is_http_url)),
        bind_channel<&Channel::secret>("channels.secret", secret()),
    };
}

Bindings alarm_bindings() {
    constexpr auto section = &Config::alarms;
    return {
        bind<section, &Alarms::connections>("alarms.connections", limit()),
        bind<section, &Alarms::delivery_failure_rate>("alarms.delivery_failure_rate", real(0, 1)),
        bind<section, &Alarms::delivery_p99_ms>("alarms.delivery_p99_ms", real(0, milliseconds_max)),
        bind<section, &Alarms::average_latency_ms>("alarms.average_latency_ms", real(0, milliseconds_max)),
        bind<section, &Alarms::p95_latency_ms>("alarms.p95_latency_ms", real(0, milliseconds_max)),
        bind<section, &Alarms::high_latency_ms>("alarms.high_latency_ms", real(0, milliseconds_max)),
        bind<section, &Alarms::high_latency_count>("alarms.high_latency_count", limit()),
        bind<section, &Alarms::webhook>("alarms.webhook", optional_url()),
    };
}

Bindings log_and_tracing_bindings() {
    constexpr auto log = &Config::log;
    constexpr auto tracing = &Config::tracing;
    return {
        bind<log, &Log::level>("log.level", log_level()),
        bind<log, &Log::format>(
            "log.format",
            one_of<LogFormat>({{"auto", LogFormat::automatic}, {"json", LogFormat::json}, {"text", LogFormat::text}})),
        bind<log, &Log::file>("log.file", file_to_write(is_anything)),
        bind<tracing, &Tracing::otlp_endpoint>("tracing.otlp_endpoint", optional_url()),
        bind<tracing, &Tracing::sample_ratio>("tracing.sample_ratio", real(0, 1)),
    };
}

}  // namespace

std::vector<Binding> all_bindings() {
    Bindings all;
    for (Bindings (*const section)() : {server_bindings,
                                        tls_bindings,
                                        auth_bindings,
                                        token_bindings,
                                        permission_bindings,
                                        limit_bindings,
                                        connection_bindings,
                                        storage_bindings,
                                        fifo_bindings,
                                        delivery_bindings,
                                        notification_bindings,
                                        channel_bindings,
                                        alarm_bindings,
                                        log_and_tracing_bindings}) {
        append(all, section());
    }
    return all;
}

}  // namespace notifyd::config
