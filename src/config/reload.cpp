// What a reload changes, from the key table.
#include "notifyd/config/reload.hpp"

#include "key_table.hpp"
#include "relations.hpp"
#include "secret_source.hpp"

#include <filesystem>
#include <functional>
#include <utility>

namespace notifyd::config {

namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;

}  // namespace

Fingerprints fingerprints_of(const Config& config) {
    Fingerprints all;
    for (const Key& key : all_keys()) {
        const std::filesystem::path path = key.file ? key.file(config) : std::filesystem::path();
        if (path.empty()) continue;
        // An unreadable file is reported by the component that needs it.
        all[key.name] = std::hash<std::string>{}(read_text_file(path, file_bytes_max).value.value_or(""));
    }
    return all;
}

ReloadResult apply_live(const Config& running, Config next) {
    Reloaded reloaded;
    const Config wanted = next;
    for (const Key& key : all_keys()) {
        if (key.is_same(running, wanted)) continue;
        const bool live = key.can_change(running, wanted);
        if (!live) key.copy(running, next);
        (live ? reloaded.live : reloaded.at_restart).emplace_back(key.name);
    }
    std::vector<ConfigError> errors = check_relations(next, {});
    if (!errors.empty()) {
        for (ConfigError& error : errors) error.message += ", and not all of it can change without a restart";
        return errors;
    }
    reloaded.config = std::move(next);
    return reloaded;
}

std::vector<std::string_view> missing_restrictions(const GivenKeys& before, const GivenKeys& now) {
    std::vector<std::string_view> missing;
    for (const Key& key : all_keys()) {
        if (key.is_restriction && before.contains(key.name) && !now.contains(key.name)) missing.push_back(key.name);
    }
    return missing;
}

}  // namespace notifyd::config
