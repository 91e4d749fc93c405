// The table of what can change while the server runs.
#include "notifyd/config/reload.hpp"

#include "bindings.hpp"
#include "readers.hpp"
#include "relations.hpp"
#include "secret_source.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

namespace notifyd::config {

namespace {

struct Row {
    std::string_view key;  // "auth.*" stands for the whole table
    bool (*can_change)(const Config& running, const Config& next) = [](const Config&, const Config&) { return true; };
};

// Whoever has TLS has it until the next start, and so has who has none: no slip in the config opens what was closed.
bool tls_stays(const Config& running, const Config& next) {
    return running.tls.enabled() == next.tls.enabled();
}

// What is not listed needs a restart.
constexpr Row rows[] = {
    {"server.base_path"},
    {"server.allowed_origins"},
    {"server.trusted_proxies"},
    {"server.drain_timeout"},
    {"tls.*", tls_stays},
    {"auth.*"},
    {"tokens.*"},
    {"permissions.*"},
    {"limits.max_connections"},
    {"limits.max_message"},
    {"limits.max_batch"},
    {"limits.json_depth"},
    {"limits.topics_per_connection"},
    {"limits.messages_per_second"},
    {"limits.message_burst"},
    {"limits.subscribes_per_minute"},
    {"limits.connects_per_minute_per_ip"},
    {"limits.connects_per_minute_per_user"},
    {"limits.http_idle_timeout"},
    {"limits.body_memory"},
    {"limits.body_memory_per_user"},
    {"limits.permission_writes_per_minute"},
    {"limits.permissions_per_topic"},
    {"limits.permissions_per_user"},
    {"connections.*"},
    {"fifo.content_based_deduplication"},
    {"delivery.stalled_after"},
    {"log.level"},
};

bool can_change(std::string_view key, const Config& running, const Config& next) {
    return std::ranges::any_of(
        rows, [&](const Row& row) { return matches_key(row.key, key) && row.can_change(running, next); });
}

struct NamedFile {
    std::string_view key;
    const std::filesystem::path& (*path)(const Config&);
};

const std::filesystem::path& certificate_of(const Config& config) {
    return config.tls.certificate;
}
const std::filesystem::path& private_key_of(const Config& config) {
    return config.tls.private_key;
}
const std::filesystem::path& public_key_of(const Config& config) {
    return config.auth.public_key;
}
const std::filesystem::path& jwks_of(const Config& config) {
    return config.auth.jwks_file;
}

constexpr NamedFile files[] = {{"tls.certificate", certificate_of},
                               {"tls.private_key", private_key_of},
                               {"auth.public_key", public_key_of},
                               {"auth.jwks", jwks_of}};

constexpr std::size_t file_bytes_max = 1024 * 1024;

}  // namespace

Fingerprints fingerprints_of(const Config& config) {
    Fingerprints all;
    for (const NamedFile& file : files) {
        const std::filesystem::path& path = file.path(config);
        if (path.empty()) continue;
        // One that cannot be read is found out by whoever needs it.
        all[file.key] = std::hash<std::string>{}(read_text_file(path, file_bytes_max).value.value_or(""));
    }
    return all;
}

ReloadResult apply_live(const Config& running, Config next) {
    Reloaded reloaded;
    const Config wanted = next;
    for (const Binding& binding : all_bindings()) {
        if (binding.is_same(running, wanted)) continue;
        const bool live = can_change(binding.key, running, wanted);
        if (!live) binding.copy(running, next);
        (live ? reloaded.live : reloaded.at_restart).emplace_back(binding.key);
    }
    std::vector<ConfigError> errors = check_relations(next, {});
    if (!errors.empty()) {
        for (ConfigError& error : errors) error.message += ", and not all of it can change without a restart";
        return errors;
    }
    reloaded.config = std::move(next);
    return reloaded;
}

}  // namespace notifyd::config
