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
};

class KeySet {
  public:
    enum class JwksUse : std::uint8_t { no, yes };

    KeySet(std::vector<config::Algorithm> algorithms, std::vector<Key> keys, JwksUse jwks);
    KeySet(const KeySet&) = delete;
    KeySet& operator=(const KeySet&) = delete;
    ~KeySet();

    // nullopt: not a name in the operator's list.
    [[nodiscard]] std::optional<config::Algorithm> allowed(std::string_view name) const;

    // The one key that verifies a token with this header; nullptr: there is none. Where a JWKS is used, a token's `kid`
    // must be in it, and its key must fit the algorithm. For a token without a `kid`, and where no JWKS is used, a key
    // is found only if exactly one fits the algorithm: a token is never tried against several.
    [[nodiscard]] const Key* find(config::Algorithm algorithm, const std::optional<std::string_view>& kid) const;

  private:
    std::vector<config::Algorithm> algorithms_;
    std::vector<Key> keys_;
    JwksUse jwks_;
};

// Refuses: no key at all, a secret under 32 bytes, RSA keys under 2048 bits, an algorithm that is unknown or that no
// key fits.
[[nodiscard]] Result<std::shared_ptr<const KeySet>> make_key_set(const KeySources& sources);

// Reads the files that the config names, then make_key_set. At startup only: it reads from the disk.
[[nodiscard]] Result<std::shared_ptr<const KeySet>> load_key_set(const config::Auth& config);

}  // namespace notifyd::auth
