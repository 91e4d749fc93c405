// Checks between settings, and warnings about settings that are probably not intended.
#include "relations.hpp"

#include "key_table.hpp"
#include "load_errors.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

namespace notifyd::config {

namespace {

struct Relation {
    bool (*holds)(const Config&);
    // The error points at the first of these two keys that was given.
    std::string_view key;
    std::string_view other_key;
    std::string_view message;
};

// As for HS256 (RFC 7518 §3.2): a key at least as long as the hash.
constexpr std::size_t secret_bytes_min = 32;

bool is_long_enough(const Secret& secret) {
    return secret.empty() || secret.reveal().size() >= secret_bytes_min;
}

// Copied from an example and not replaced.
bool is_placeholder(const Secret& secret) {
    constexpr std::string_view placeholders[] = {"changeme", "changethis", "replaceme", "placeholder", "yoursecret"};
    std::string letters;
    for (const char character : secret.reveal()) {
        if (character >= 'a' && character <= 'z') letters += character;
        if (character >= 'A' && character <= 'Z') letters += static_cast<char>(character - 'A' + 'a');
    }
    return std::ranges::any_of(placeholders, [&](std::string_view text) { return letters.find(text) != letters.npos; });
}

constexpr Relation relations[] = {
    {[](const Config& config) {
         const Connections& own = config.connections;
         return own.idle_timeout.count() == 0 || own.ping_interval < own.idle_timeout;
     },
     "connections.ping_interval",
     "connections.idle_timeout",
     "connections.ping_interval must be below connections.idle_timeout"},
    {[](const Config& config) {
         return unless_off(config.limits.outbound_buffer) >= unless_off(config.limits.max_message);
     },
     "limits.outbound_buffer",
     "limits.max_message",
     "limits.outbound_buffer must be at least limits.max_message (0 = no limit)"},
    {[](const Config& config) { return unless_off(config.limits.max_batch) >= unless_off(config.limits.max_message); },
     "limits.max_batch",
     "limits.max_message",
     "limits.max_batch must be at least limits.max_message (0 = no limit)"},
    {[](const Config& config) { return unless_off(config.limits.body_memory_per_user) >= config.limits.max_batch; },
     "limits.body_memory_per_user",
     "limits.max_batch",
     "limits.body_memory_per_user must be at least limits.max_batch, or no batch of that size can be read (0 = no "
     "limit)"},
    {[](const Config& config) {
         return unless_off(config.limits.body_memory) >=
                std::max(config.limits.max_batch, config.limits.body_memory_per_user);
     },
     "limits.body_memory",
     "limits.body_memory_per_user",
     "limits.body_memory must be at least limits.body_memory_per_user and limits.max_batch (0 = no limit)"},
    {[](const Config& config) { return config.tls.certificate.empty() == config.tls.private_key.empty(); },
     "tls.certificate",
     "tls.private_key",
     "tls.certificate and tls.private_key must both be set or both be empty"},
    {[](const Config& config) {
         return config.server.listen.port == 0 || config.server.metrics_listen != config.server.listen;
     },
     "server.metrics_listen",
     "server.listen",
     "server.metrics_listen must differ from server.listen"},
    {[](const Config& config) { return config.tokens.previous_secret.empty() || !config.tokens.secret.empty(); },
     "tokens.previous_secret",
     "tokens.secret",
     "tokens.previous_secret needs tokens.secret"},
    {[](const Config& config) { return is_long_enough(config.tokens.secret); },
     "tokens.secret",
     "tokens.secret",
     "tokens.secret must have at least 32 bytes"},
    {[](const Config& config) { return is_long_enough(config.tokens.previous_secret); },
     "tokens.previous_secret",
     "tokens.previous_secret",
     "tokens.previous_secret must have at least 32 bytes"},
    {[](const Config& config) { return !is_placeholder(config.tokens.secret); },
     "tokens.secret",
     "tokens.secret",
     "tokens.secret is a placeholder: make one with `openssl rand -base64 32`"},
    {[](const Config& config) { return !is_placeholder(config.tokens.previous_secret); },
     "tokens.previous_secret",
     "tokens.previous_secret",
     "tokens.previous_secret is a placeholder: make one with `openssl rand -base64 32`"},
};

Origin origin_of(const Origins& origins, std::string_view key) {
    const auto found = origins.find(key);
    return found == origins.end() ? Origin{} : found->second;
}

void check_channels(const Config& config, const Origins& origins, std::vector<ConfigError>& errors) {
    std::set<std::string_view> names;
    for (std::size_t at = 0; at < config.channels.size(); ++at) {
        const Channel& channel = config.channels[at];
        const std::string key = element_key(channels_list, at);
        const Origin origin = origin_of(origins, key);
        if (channel.name.empty()) errors.push_back(make_error(origin, key + ".name", "is required"));
        if (channel.url.empty()) errors.push_back(make_error(origin, key + ".url", "is required"));
        if (!channel.name.empty() && !names.insert(channel.name).second) {
            errors.push_back(make_error(origin, key + ".name", "is the name of another channel too"));
        }
    }
}

bool is_readable_by_others(const std::filesystem::path& file) {
    using std::filesystem::perms;
    std::error_code failed;
    const perms mode = std::filesystem::status(file, failed).permissions();
    return !failed && (mode & perms::others_read) != perms::none;
}

// Reachable only from this machine.
bool is_loopback(std::string_view host) {
    const bool is_number = host.find_first_not_of("0123456789.") == std::string_view::npos;  // not 127.example.com
    return (host.starts_with("127.") && is_number) || host == "localhost" || host == "::1";
}

// Without brackets. The URL has been checked.
std::string_view host_of(std::string_view url) {
    url.remove_prefix(url.find("://") + 3);
    url = url.substr(0, url.find_first_of("/?#"));
    if (url.starts_with('[')) return url.substr(1, url.find(']') - 1);
    return url.substr(0, url.find(':'));
}

// Doubts about how other machines reach the server.
void add_doubts_about_listening(const Config& config, std::vector<std::string>& doubts) {
    const Server& server = config.server;
    if (server.listen.is_unix() && server.trusted_proxies.empty() && config.limits.connects_per_minute_per_ip != 0) {
        doubts.emplace_back(
            "server.listen is a Unix socket and server.trusted_proxies is empty: every client has the same address, so "
            "that limits per address are off");
    }
    if (server.listen.is_unix() || is_loopback(server.listen.host)) return;
    if (!config.tls.enabled() && server.trusted_proxies.empty()) {
        doubts.emplace_back(
            "server.listen accepts plain http and ws from other machines, so that tokens can be read on the network: "
            "set [tls], listen on 127.0.0.1, or list the proxy that terminates TLS in server.trusted_proxies");
    }
    if (std::ranges::find(server.allowed_origins, "*") != server.allowed_origins.end()) {
        doubts.emplace_back("server.allowed_origins contains \"*\": pages of any site that have a token may connect");
    }
}

bool has(const std::vector<Algorithm>& algorithms, Algorithm wanted) {
    return std::ranges::find(algorithms, wanted) != algorithms.end();
}

}  // namespace

std::string element_key(std::string_view list, std::size_t element) {
    return std::string(list) + '[' + std::to_string(element) + ']';
}

std::vector<ConfigError> check_relations(const Config& config, const Origins& origins) {
    std::vector<ConfigError> errors;
    for (const Relation& relation : relations) {
        if (relation.holds(config)) continue;
        const std::string_view key = origins.contains(relation.key) ? relation.key : relation.other_key;
        errors.push_back(make_error(origin_of(origins, key), std::string(key), std::string(relation.message)));
    }
    check_channels(config, origins, errors);
    return errors;
}

std::vector<std::string> doubtful_settings(const Config& config) {
    const Auth& auth = config.auth;
    const bool has_secret = !auth.hs256_secret.empty();
    const bool has_jwks = !auth.jwks_file.empty() || !auth.jwks_url.empty();
    std::vector<std::string> doubts;
    if (!has_secret && !has_jwks && auth.public_key.empty()) {
        doubts.emplace_back("[auth] has no hs256_secret, public_key or jwks: every token will be refused");
    }
    if (has_secret && !is_long_enough(auth.hs256_secret)) {
        doubts.emplace_back("auth.hs256_secret is shorter than 32 bytes, which can be guessed");
    }
    if (has_secret && !has(auth.algorithms, Algorithm::hs256)) {
        doubts.emplace_back("auth.hs256_secret is set, but auth.algorithms has no \"HS256\"");
    }
    if (!auth.public_key.empty() && auth.algorithms == std::vector{Algorithm::hs256}) {
        doubts.emplace_back("auth.public_key is set, but auth.algorithms has only \"HS256\"");
    }
    if (!auth.jwks_url.empty() && auth.algorithms == std::vector{Algorithm::hs256}) {
        doubts.emplace_back("auth.jwks is not fetched, because auth.algorithms has only \"HS256\"");
    }
    if (auth.jwks_url.starts_with("http://") && !is_loopback(host_of(auth.jwks_url))) {
        doubts.emplace_back("auth.jwks is fetched over http: anyone on the network path can replace the keys");
    }
    if (has_secret && config.tokens.secret == auth.hs256_secret) {
        doubts.emplace_back(
            "tokens.secret and auth.hs256_secret are the same: use different secrets, so that leaking one does not "
            "expose "
            "both");
    }
    if (config.tls.enabled() && is_readable_by_others(config.tls.private_key)) {
        doubts.push_back("tls.private_key: " + config.tls.private_key.string() +
                         " can be read by every user of this machine");
    }
    if (has_jwks && auth.issuer.empty()) {
        doubts.emplace_back(
            "auth.issuer is not set: tokens of any issuer that signs with the keys of auth.jwks are accepted");
    }
    add_doubts_about_listening(config, doubts);
    return doubts;
}

}  // namespace notifyd::config
