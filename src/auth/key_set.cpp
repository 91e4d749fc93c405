// Selects the key for a token, and detects configuration mistakes at start.
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
    if (text.size() > key_file_bytes_max) return bad_setting(setting, path.string() + " is too large for a key file");
    if (text.empty()) return bad_setting(setting, path.string() + " is empty");
    return text;
}

std::string_view setting_for(config::Algorithm algorithm) {
    return algorithm == config::Algorithm::hs256 ? "auth.hs256_secret" : "auth.public_key or auth.jwks";
}

bool any_fits(const std::vector<Key>& keys, config::Algorithm algorithm) {
    return std::ranges::any_of(keys, [algorithm](const Key& key) { return key.fits(algorithm); });
}

Error no_key_for_any(const KeySources& sources) {
    std::string names;
    for (const config::Algorithm algorithm : sources.algorithms) {
        names.append(names.empty() ? "" : ", ").append(config::to_string(algorithm));
    }
    return bad_setting("auth.jwks", "has no key for any of auth.algorithms (" + names + ")");
}

Result<void> check_algorithms(const KeySources& sources, const std::vector<Key>& keys) {
    if (sources.algorithms.empty()) return bad_setting("auth.algorithms", "must name at least one algorithm");
    const bool has_jwks = sources.jwks_by_url || !sources.jwks_json.empty();
    bool any_public = false;
    for (const config::Algorithm algorithm : sources.algorithms) {
        const bool fits = any_fits(keys, algorithm);
        any_public = any_public || (fits && algorithm != config::Algorithm::hs256);
        // A secret is never in a JWKS; other keys may still arrive.
        if (fits || (has_jwks && algorithm != config::Algorithm::hs256)) continue;
        return bad_setting("auth.algorithms",
                           "no key for " + std::string(config::to_string(algorithm)) + "; give one in " +
                               std::string(setting_for(algorithm)));
    }
    const bool only_secret = sources.algorithms == std::vector{config::Algorithm::hs256};
    // With a URL, the fetched set is checked separately.
    if (has_jwks && !sources.jwks_by_url && !any_public && !only_secret) return no_key_for_any(sources);
    return {};
}

// The first reasons are the most useful ones.
Error no_usable_key(const std::vector<SkippedKey>& skipped) {
    constexpr std::size_t listed_max = 3;
    std::string problem = "has no usable key";
    for (std::size_t at = 0; at < std::min(skipped.size(), listed_max); ++at) {
        problem += (at == 0 ? ": " : "; ") + to_string(skipped[at]);
    }
    return bad_setting("auth.jwks", problem);
}

Result<JwksReading> keys_of_jwks(const KeySources& sources) {
    auto set = read_jwks(sources.jwks_json);
    if (set.has_error()) return bad_setting("auth.jwks", set.error().message);
    if (set->keys.empty()) return no_usable_key(set->skipped);
    for (Key& key : set->keys) key.set_issuer(sources.issuer);
    const auto is_usable = [&set](config::Algorithm algorithm) { return any_fits(set->keys, algorithm); };
    if (sources.jwks_by_url && std::ranges::none_of(sources.algorithms, is_usable)) return no_key_for_any(sources);
    return set;
}

// Whether any of the algorithms can have its key in a JWKS.
bool needs_jwks(const std::vector<config::Algorithm>& algorithms) {
    return std::ranges::any_of(algorithms,
                               [](config::Algorithm algorithm) { return algorithm != config::Algorithm::hs256; });
}

KeySet::JwksUse jwks_use(const KeySources& sources) {
    const bool is_there = !sources.jwks_json.empty();
    if (sources.jwks_by_url) return is_there ? KeySet::JwksUse::fetched : KeySet::JwksUse::awaited;
    return is_there ? KeySet::JwksUse::file : KeySet::JwksUse::no;
}

}  // namespace

std::string to_string(const SkippedKey& skipped) {
    std::string message = "key " + std::to_string(skipped.number);
    if (!skipped.kid.empty()) message += " (\"" + skipped.kid + "\")";
    return message + " is skipped: " + skipped.reason;
}

std::string without_key_message(config::Algorithm algorithm) {
    const std::string name(config::to_string(algorithm));
    return "auth.algorithms: there is no key for " + name + " in auth.jwks: tokens with " + name +
           " are refused until there is one";
}

KeySet::KeySet(std::vector<config::Algorithm> algorithms,
               std::vector<Key> keys,
               JwksUse jwks,
               std::vector<SkippedKey> skipped)
    : algorithms_(std::move(algorithms)), keys_(std::move(keys)), jwks_(jwks), skipped_(std::move(skipped)) {}

KeySet::~KeySet() = default;

std::size_t KeySet::size() const {
    return keys_.size();
}

std::vector<config::Algorithm> KeySet::without_key() const {
    std::vector<config::Algorithm> names;
    if (jwks_ == JwksUse::no || jwks_ == JwksUse::awaited) return names;
    for (const config::Algorithm algorithm : algorithms_) {
        if (!any_fits(keys_, algorithm)) names.push_back(algorithm);
    }
    return names;
}

std::optional<config::Algorithm> KeySet::allowed(std::string_view name) const {
    for (const config::Algorithm algorithm : algorithms_) {
        if (config::to_string(algorithm) == name) return algorithm;
    }
    return std::nullopt;
}

const Key* KeySet::find(config::Algorithm algorithm,
                        std::string_view issuer,
                        const std::optional<std::string>& kid) const {
    const bool by_kid = kid && jwks_ != JwksUse::no;
    const Key* found = nullptr;
    for (const Key& key : keys_) {
        if (!key.fits(algorithm) || (by_kid && key.kid() != kid)) continue;
        if (!key.issuer().empty() && key.issuer() != issuer) continue;
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
    std::vector<SkippedKey> skipped;
    if (!sources.jwks_json.empty()) {
        auto set = keys_of_jwks(sources);
        if (set.has_error()) return set.error();
        std::move(set->keys.begin(), set->keys.end(), std::back_inserter(keys));
        skipped = std::move(set->skipped);
    }
    if (auto checked = check_algorithms(sources, keys); checked.has_error()) return checked.error();
    return std::shared_ptr<const KeySet>(
        std::make_shared<KeySet>(algorithms, std::move(keys), jwks_use(sources), std::move(skipped)));
}

Result<KeySources> load_key_sources(const config::Auth& config) {
    KeySources sources{.algorithms = config.algorithms,
                       .hs256_secret = config.hs256_secret.reveal(),
                       .public_key_pem = {},
                       .jwks_json = {},
                       .jwks_by_url = !config.jwks_url.empty() && needs_jwks(config.algorithms),
                       .issuer = config.issuer};
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
    return sources;
}

Result<std::shared_ptr<const KeySet>> load_key_set(const config::Auth& config) {
    Result<KeySources> sources = load_key_sources(config);
    if (!sources) return sources.error();
    return make_key_set(*sources);
}

}  // namespace notifyd::auth
