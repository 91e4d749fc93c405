// The keys that verify tokens, and the algorithms that the operator allows.
// Owns:   the keys.
// Thread: immutable once made; all loops share it as shared_ptr<const KeySet>.
// Fails:  make_key_set and load_key_set return an Error whose message is for the operator, never for a client, and
//         never contains a secret.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::auth {

class Key;

// The contents that keys are made from; empty: not configured.
struct KeySources {
    std::vector<config::Algorithm> algorithms;
    std::string hs256_secret;
    std::string public_key_pem;
    std::string jwks_json;
    // `auth.jwks` is a URL, and is needed: jwks_json is what was last fetched from it, or empty if nothing has been.
    bool jwks_by_url = false;
    // Whose tokens the keys of the JWKS are for; "": not checked.
    std::string issuer{};
};

// An entry of the JWKS that cannot be used.
struct SkippedKey {
    std::size_t number = 0;  // from 1, in the order of the set
    std::string kid;         // empty: none; shortened and printable, like the reason
    std::string reason;
    // Identifies the same entry, wherever it is in the set.
    std::size_t fingerprint = 0;
};

// `key 2 ("old") is skipped: "n" is missing`
[[nodiscard]] std::string to_string(const SkippedKey& skipped);
// For an allowed algorithm that no key fits.
[[nodiscard]] std::string without_key_message(config::Algorithm algorithm);

class KeySet {
  public:
    // awaited: by URL, and no fetched set is available.
    enum class JwksUse : std::uint8_t { no, file, awaited, fetched };

    KeySet(std::vector<config::Algorithm> algorithms,
           std::vector<Key> keys,
           JwksUse jwks,
           std::vector<SkippedKey> skipped = {});
    KeySet(const KeySet&) = delete;
    KeySet& operator=(const KeySet&) = delete;
    ~KeySet();

    // nullopt: not a name in the operator's list.
    [[nodiscard]] std::optional<config::Algorithm> allowed(std::string_view name) const;

    // The only key that verifies a token with this header; nullptr if there is none. If a JWKS is used, a token's `kid`
    // must be in it, and its key must fit the algorithm. For a token without a `kid`, or without a JWKS, a key is found
    // only if exactly one fits the algorithm: a token is never tried against several. Keys of a JWKS apply to their own
    // issuer only.
    [[nodiscard]] const Key* find(config::Algorithm algorithm,
                                  std::string_view issuer,
                                  const std::optional<std::string>& kid) const;

    [[nodiscard]] std::size_t size() const;
    // More keys may arrive: the JWKS is fetched.
    [[nodiscard]] bool is_by_url() const { return jwks_ == JwksUse::awaited || jwks_ == JwksUse::fetched; }
    // The JWKS has not been fetched yet, or was dropped as too old: the provider's tokens cannot be judged.
    [[nodiscard]] bool awaits_jwks() const { return jwks_ == JwksUse::awaited; }
    [[nodiscard]] const std::vector<SkippedKey>& skipped() const { return skipped_; }
    // Allowed algorithms that no key of a JWKS fits. Their tokens are refused.
    [[nodiscard]] std::vector<config::Algorithm> without_key() const;

  private:
    std::vector<config::Algorithm> algorithms_;
    std::vector<Key> keys_;
    JwksUse jwks_;
    std::vector<SkippedKey> skipped_;
};

// Refuses: no key at all, a secret under 32 bytes, RSA keys under 2048 bits, an algorithm that no key fits. A JWKS need
// not have a key for every algorithm and may contain unusable entries, but must have one usable key; by URL, it may not
// be available yet.
[[nodiscard]] Result<std::shared_ptr<const KeySet>> make_key_set(const KeySources& sources);

// Reads the files that the config names; fetches nothing. Only at start and on reload: it reads from the disk.
[[nodiscard]] Result<KeySources> load_key_sources(const config::Auth& config);

// load_key_sources, then make_key_set.
[[nodiscard]] Result<std::shared_ptr<const KeySet>> load_key_set(const config::Auth& config);

}  // namespace notifyd::auth
