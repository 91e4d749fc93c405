// Which key verifies which token, and the operator's mistakes found at start.
#include "notifyd/auth/key_set.hpp"

#include "key.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace notifyd::auth {

namespace {

constexpr std::size_t key_file_bytes_max = 256 * 1024;

Error bad_setting(std::string_view key, std::string_view problem) {
    return {Errc::invalid_request, std::string(key).append(": ").append(problem)};
}

Result<std::string> read_file(std::string_view setting, const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return bad_setting(setting, "cannot read " + path.string());
    std::string text(key_file_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return bad_setting(setting, "cannot read " + path.string());
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > key_file_bytes_max) return bad_setting(setting, path.string() + " is too big for a key file");
    if (text.empty()) return bad_setting(setting, path.string() + " is empty");
    return text;
}

std::string_view setting_for(config::Algorithm algorithm) {
    return algorithm == config::Algorithm::hs256 ? "auth.hs256_secret" : "auth.public_key or auth.jwks";
}

Result<void> check_algorithms(const std::vector<config::Algorithm>& algorithms, const std::vector<Key>& keys) {
    if (algorithms.empty()) return bad_setting("auth.algorithms", "must name at least one algorithm");
    for (const config::Algorithm algorithm : algorithms) {
        const std::string name(config::to_string(algorithm));
        if (!key_type_of(algorithm)) return bad_setting("auth.algorithms", name + " is not supported yet");
        const auto fits = [&](const Key& key) { return key.fits(algorithm); };
        if (std::none_of(keys.begin(), keys.end(), fits)) {
            return bad_setting("auth.algorithms",
                               "no key for " + name + "; give one in " + std::string(setting_for(algorithm)));
        }
    }
    return {};
}

}  // namespace

KeySet::KeySet(std::vector<config::Algorithm> algorithms, std::vector<Key> keys, JwksUse jwks)
    : algorithms_(std::move(algorithms)), keys_(std::move(keys)), jwks_(jwks) {}

KeySet::~KeySet() = default;

std::optional<config::Algorithm> KeySet::allowed(std::string_view name) const {
    for (const config::Algorithm algorithm : algorithms_) {
        if (config::to_string(algorithm) == name) return algorithm;
    }
    return std::nullopt;
}

const Key* KeySet::find(config::Algorithm algorithm, const std::optional<std::string_view>& kid) const {
    const bool by_kid = kid && jwks_ == JwksUse::yes;
    const Key* found = nullptr;
    for (const Key& key : keys_) {
        if (!key.fits(algorithm) || (by_kid && key.kid() != kid)) continue;
        if (found != nullptr) return nullptr;
        found = &key;
    }
    return found;
}

Result<std::shared_ptr<const KeySet>> make_key_set(const KeySources& sources) {
    std::vector<Key> keys;
    const auto& algorithms = sources.algorithms;
    const bool wants_secret =
        std::find(algorithms.begin(), algorithms.end(), config::Algorithm::hs256) != algorithms.end();
    if (wants_secret || !sources.hs256_secret.empty()) {
        auto key = Key::from_secret(sources.hs256_secret);
        if (key.has_error()) return bad_setting("auth.hs256_secret", key.error().message);
        keys.push_back(std::move(*key));
    }
    if (!sources.public_key_pem.empty()) {
        auto key = read_public_key_pem(sources.public_key_pem);
        if (key.has_error()) return bad_setting("auth.public_key", key.error().message);
        keys.push_back(std::move(*key));
    }
    if (!sources.jwks_json.empty()) {
        auto set = read_jwks(sources.jwks_json);
        if (set.has_error()) return bad_setting("auth.jwks", set.error().message);
        std::move(set->begin(), set->end(), std::back_inserter(keys));
    }
    if (auto checked = check_algorithms(algorithms, keys); checked.has_error()) return checked.error();
    const KeySet::JwksUse jwks = sources.jwks_json.empty() ? KeySet::JwksUse::no : KeySet::JwksUse::yes;
    return std::shared_ptr<const KeySet>(std::make_shared<KeySet>(algorithms, std::move(keys), jwks));
}

Result<std::shared_ptr<const KeySet>> load_key_set(const config::Auth& config) {
    if (!config.jwks_url.empty()) {
        return bad_setting("auth.jwks", "a URL is not supported yet; give the path of a file that holds the key set");
    }
    KeySources sources{config.algorithms, config.hs256_secret.reveal(), "", ""};
    if (!config.public_key.empty()) {
        auto text = read_file("auth.public_key", config.public_key);
        if (text.has_error()) return text.error();
        sources.public_key_pem = std::move(*text);
    }
    if (!config.jwks_file.empty()) {
        auto text = read_file("auth.jwks", config.jwks_file);
        if (text.has_error()) return text.error();
        sources.jwks_json = std::move(*text);
    }
    return make_key_set(sources);
}

}  // namespace notifyd::auth
