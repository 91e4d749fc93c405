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
    // `auth.jwks` is a URL: jwks_json is what was fetched from there last, or empty while there is nothing.
    bool jwks_by_url = false;
    // Whose tokens the keys of the JWKS are for; "": not checked.
    std::string issuer{};
};

class KeySet {
  public:
    enum class JwksUse : std::uint8_t { no, file, by_url };

    KeySet(std::vector<config::Algorithm> algorithms, std::vector<Key> keys, JwksUse jwks);
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
    [[nodiscard]] bool is_fetched() const { return jwks_ == JwksUse::by_url; }

  private:
    std::vector<config::Algorithm> algorithms_;
    std::vector<Key> keys_;
    JwksUse jwks_;
};

// Refuses: no key at all, a secret under 32 bytes, RSA keys under 2048 bits, an algorithm that no key fits. A JWKS by
// URL may be missing yet, and must have one key that fits an algorithm of the list, but not one for each.
[[nodiscard]] Result<std::shared_ptr<const KeySet>> make_key_set(const KeySources& sources);

// Reads the files that the config names; fetches nothing. At startup and on reload only: it reads from the disk.
[[nodiscard]] Result<KeySources> load_key_sources(const config::Auth& config);

// load_key_sources, then make_key_set.
[[nodiscard]] Result<std::shared_ptr<const KeySet>> load_key_set(const config::Auth& config);

}  // namespace notifyd::auth
