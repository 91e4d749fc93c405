// Turns a JWT into an Identity, or refuses it (docs/protocol.md#jwts).
// Owns:   the cache of verified tokens, by digest; of tokens themselves, only the last good one.
// Thread: one loop; all loops share the keys.
// Fails:  unauthorized, with one of three messages ("Token is missing", "Token is invalid", "Token has expired") and a
//         reason for the log; unavailable while the keys of the JWKS are missing. Nothing is thrown, whatever a token
//         contains.
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/auth/identity_cache.hpp"
#include "notifyd/auth/key_set.hpp"
#include "notifyd/config/config.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::auth {

class JwtVerifier {
  public:
    static constexpr std::size_t cached_identities_max = 10'000;

    JwtVerifier(std::shared_ptr<const KeySet> keys,
                config::Auth rules,
                std::size_t cache_entries_max = cached_identities_max);

    // The signature is verified before any claim is read. A verified token is not verified again until `exp`.
    [[nodiscard]] AuthResult<Identity> verify(std::string_view token, EpochMs now);

    // The keys that a token was just refused with, if newer ones might contain the key that it needs: wait for a fetch
    // (KeySource::want), then verify the token again. nullptr if that would not help, which is always so without a JWKS
    // URL.
    [[nodiscard]] std::shared_ptr<const KeySet> keys_to_renew(const Refusal& refusal) const;

    // Whether tokens of every configured source of keys can be judged.
    [[nodiscard]] bool has_keys() const { return !keys_->awaits_jwks(); }

    // Replaces keys and rules; tokens verified under the old ones are verified again.
    void use(std::shared_ptr<const KeySet> keys, config::Auth rules);

  private:
    struct Digested {
        std::string token;
        TokenDigest digest{};
    };

    // nullopt: OpenSSL failed; the token is then verified without the cache.
    [[nodiscard]] std::optional<TokenDigest> digest_of(std::string_view token) const;
    void remember(std::string_view token, const TokenDigest& digest);

    std::shared_ptr<const KeySet> keys_;
    config::Auth rules_;
    std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> sha256_;
    IdentityCache cache_;
    // The last token found in the cache: a backend sends the same one with each publish, so it is hashed only once.
    Digested last_;
};

}  // namespace notifyd::auth
