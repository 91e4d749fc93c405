// Reads the config first, then the keys that it names.
#include "settings.hpp"

#include "notifyd/gateway/gateway.hpp"
#include "notifyd/http_client/http_client.hpp"

namespace notifyd::app {

std::vector<std::string> doubts_about(const auth::KeySet& keys) {
    std::vector<std::string> messages;
    for (const auth::SkippedKey& skipped : keys.skipped()) {
        messages.push_back("auth.jwks: " + auth::to_string(skipped));
    }
    for (const config::Algorithm algorithm : keys.without_key()) {
        messages.push_back(auth::without_key_message(algorithm));
    }
    return messages;
}

SettingsResult read_settings(const std::string& file) {
    config::LoadResult loaded = config::load_config(file, config::process_environment());
    if (!loaded) {
        std::vector<std::string> messages;
        for (const config::ConfigError& error : loaded.error()) messages.push_back(config::to_string(error));
        return messages;
    }
    Settings settings;
    settings.warnings = std::move(loaded->warnings);
    for (const std::string& key : config::keys_without_effect(*loaded)) {
        settings.warnings.push_back(key + " has no effect in this version");
    }
    settings.config = std::move(loaded->config);
    // Before the files are read: one that is replaced meanwhile counts as changed at the next reload.
    settings.files = config::fingerprints_of(settings.config);
    // Mistakes in keys and certificates are reported like those in any other setting.
    const std::string& url = settings.config.auth.jwks_url;
    if (!url.empty() && !http_client::is_fetchable(url)) {
        return std::vector{file + ": auth.jwks: is not a URL that the server can fetch"};
    }
    if (const Result<void> usable = gateway::check_certificate(settings.config.tls); !usable) {
        return std::vector{file + ": " + usable.error().message};
    }
    settings.given = std::move(loaded->given);
    Result<auth::KeySources> sources = auth::load_key_sources(settings.config.auth);
    if (!sources) return std::vector{file + ": " + sources.error().message};
    Result<std::shared_ptr<const auth::KeySet>> keys = auth::make_key_set(*sources);
    if (!keys) return std::vector{file + ": " + keys.error().message};
    for (const std::string& doubt : doubts_about(**keys)) settings.warnings.push_back(doubt);
    settings.key_sources = std::move(*sources);
    settings.keys = std::move(*keys);
    return settings;
}

}  // namespace notifyd::app
