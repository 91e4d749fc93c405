// The keys that tokens are verified with, and the algorithms that the operator allows.
// Owns:   the keys. Immutable once made.
// Thread: any: shared by all loops as shared_ptr<const KeySet>.
// Fails:  make_key_set and load_key_set give an Error whose sentence is for the operator (never for a client) and
//         never holds a secret.
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

// What the keys are made from, read already; empty: not configured.
struct KeySources {
    std::vector<config::Algorithm> algorithms;
    std::string hs256_secret;
    std::string public_key_pem;
    std::string jwks_json;
    // `auth.jwks` is a URL, and needed: jwks_json is what was fetched from there last, or empty while there is nothing.
    bool jwks_by_url = false;
    // Whose tokens the keys of the JWKS are for; "": not checked.
    std::string issuer{};
};

// An entry of the JWKS that cannot be used.
struct SkippedKey {
    std::size_t number = 0;  // from 1, in the order of the set
    std::string kid;         // empty: none; cut and printable, as is the reason
    std::string reason;
    // The same for the same entry, wherever it stands.
    std::size_t fingerprint = 0;
};

// `key 2 ("old") is skipped: "n" is missing`
[[nodiscard]] std::string to_string(const SkippedKey& skipped);
// For an algorithm of the list that no key fits.
[[nodiscard]] std::string without_key_sentence(config::Algorithm algorithm);

class KeySet {
  public:
    // awaited: by URL, and nothing that was fetched is there.
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

    // The one key that verifies a token with this header; nullptr: there is none. Where a JWKS is used, a token's `kid`
    // must be in it, and its key must fit the algorithm. For a token without a `kid`, and where no JWKS is used, a key
    // is found only if exactly one fits the algorithm: a token is never tried against several.
    // Keys of a JWKS are found for their own issuer alone.
    [[nodiscard]] const Key* find(config::Algorithm algorithm,
                                  std::string_view issuer,
                                  const std::optional<std::string>& kid) const;

    [[nodiscard]] std::size_t size() const;
    // More keys may come: the JWKS is fetched.
    [[nodiscard]] bool is_by_url() const { return jwks_ == JwksUse::awaited || jwks_ == JwksUse::fetched; }
    // The JWKS has not been fetched yet, or so long ago that it was dropped: tokens of the provider cannot be judged.
    [[nodiscard]] bool awaits_jwks() const { return jwks_ == JwksUse::awaited; }
    [[nodiscard]] const std::vector<SkippedKey>& skipped() const { return skipped_; }
    // Algorithms of the list that no key of a JWKS fits. Their tokens are refused.
    [[nodiscard]] std::vector<config::Algorithm> without_key() const;

  private:
    std::vector<config::Algorithm> algorithms_;
    std::vector<Key> keys_;
    JwksUse jwks_;
    std::vector<SkippedKey> skipped_;
};

// Refuses: no key at all, a secret under 32 bytes, RSA keys under 2048 bits, an algorithm that no key fits. A JWKS need
// not have a key for each algorithm, nor be without entries that cannot be used, but must have one key that can be
// used; by URL, it may be missing yet.
[[nodiscard]] Result<std::shared_ptr<const KeySet>> make_key_set(const KeySources& sources);

// Reads the files that the config names; fetches nothing. At startup and on reload only: it reads from the disk.
[[nodiscard]] Result<KeySources> load_key_sources(const config::Auth& config);

// load_key_sources, then make_key_set.
[[nodiscard]] Result<std::shared_ptr<const KeySet>> load_key_set(const config::Auth& config);

}  // namespace notifyd::auth
