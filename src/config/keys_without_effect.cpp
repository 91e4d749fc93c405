// The keys that are checked today and acted on by a later version: take a row out when its feature comes.
#include "notifyd/config/load_config.hpp"

#include "bindings.hpp"

#include <algorithm>
#include <string_view>

namespace notifyd::config {

namespace {

bool always(const Config&) {
    return true;
}

struct Row {
    std::string_view key;  // "alarms.*" stands for the whole table
    bool (*without_effect)(const Config&) = always;
};

constexpr Row rows[] = {
    {"alarms.*"},
    {"channels.*"},
    {"notifications.*"},
    {"server.metrics_listen"},
    {"storage.notification_retention"},
    {"tracing.*"},
};

}  // namespace

std::vector<std::string> keys_without_effect(const LoadedConfig& loaded) {
    std::vector<std::string> found;
    for (const std::string& key : loaded.given) {
        const bool listed = std::ranges::any_of(
            rows, [&](const Row& row) { return matches_key(row.key, key) && row.without_effect(loaded.config); });
        if (listed) found.push_back(key);
    }
    return found;
}

}  // namespace notifyd::config
