// Turns a JWT into an Identity, or refuses it (docs/protocol.md#jwts).
// Owns:   the cache of verified tokens, by digest; of the tokens themselves only the last good one.
// Thread: one loop; the keys are shared by all.
// Fails:  unauthorized, with one of three sentences ("Token is missing", "Token is invalid", "Token has expired") and
//         a reason for the log; unavailable while the keys of the JWKS are not there. Whatever a token holds, nothing
//         is thrown.
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

    // The signature is checked before any claim is looked at. A token that verified is not verified again until `exp`.
    [[nodiscard]] AuthResult<Identity> verify(std::string_view token, EpochMs now);

    // The keys that a token was just refused with, if newer ones might contain the key that it needs: wait for a fetch
    // (KeySource::want), then verify the token again. nullptr if they would not help, as always without a JWKS URL.
    [[nodiscard]] std::shared_ptr<const KeySet> keys_to_renew(const Refusal& refusal) const;

    // Whether tokens of every configured source of keys can be judged.
    [[nodiscard]] bool has_keys() const { return !keys_->awaits_jwks(); }

    // From now on these keys and rules hold; what was verified by the old ones is verified again.
    void use(std::shared_ptr<const KeySet> keys, config::Auth rules);

  private:
    struct Digested {
        std::string token;
        TokenDigest digest{};
    };

    // nullopt: the library failed; then the token is verified without the cache.
    [[nodiscard]] std::optional<TokenDigest> digest_of(std::string_view token) const;
    void remember(std::string_view token, const TokenDigest& digest);

    std::shared_ptr<const KeySet> keys_;
    config::Auth rules_;
    std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> sha256_;
    IdentityCache cache_;
    // The last token that was in the cache: a backend sends the same one with each publish, and it is digested once.
    Digested last_;
};

}  // namespace notifyd::auth
