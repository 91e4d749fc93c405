// Size and form, algorithm, key, signature, claims: in this order, each checked before the next is looked at.
#include "notifyd/auth/jwt_verifier.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/core/utf8.hpp"

#include "claims.hpp"
#include "key.hpp"
#include "signed_token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <utility>

namespace notifyd::auth {

namespace {

// The text may come from anyone; this much of it identifies the key.
constexpr std::size_t logged_kid_bytes_max = 100;

// Compares in constant time, so that the duration does not reveal how much of a guess was right.
bool is_same_secret(std::string_view left, std::string_view right) {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

// If the provider's keys are not available, its tokens cannot be judged: their holders must not be signed out.
AuthFailure failure_without_key(const KeySet& keys, config::Algorithm algorithm) {
    const bool may_come = keys.awaits_jwks() && key_type_of(algorithm) != KeyType::secret;
    return may_come ? AuthFailure::no_keys : AuthFailure::unknown_key;
}

}  // namespace

JwtVerifier::JwtVerifier(std::shared_ptr<const KeySet> keys, config::Auth rules, std::size_t cache_entries_max)
    : keys_(std::move(keys)),
      rules_(std::move(rules)),
      // Fetched once: EVP_sha256() would be looked up again for every token.
      sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free),
      cache_(cache_entries_max) {}

void JwtVerifier::use(std::shared_ptr<const KeySet> keys, config::Auth rules) {
    keys_ = std::move(keys);
    rules_ = std::move(rules);
    cache_.clear();
    last_ = {};
}

std::optional<TokenDigest> JwtVerifier::digest_of(std::string_view token) const {
    if (is_same_secret(token, last_.token)) return last_.digest;
    TokenDigest digest{};
    const int made = EVP_Digest(token.data(), token.size(), digest.data(), nullptr, sha256_.get(), nullptr);
    if (made != 1) return std::nullopt;
    return digest;
}

void JwtVerifier::remember(std::string_view token, const TokenDigest& digest) {
    if (last_.digest != digest) last_ = {std::string(token), digest};
}

AuthResult<Identity> JwtVerifier::verify(std::string_view token, EpochMs now) {
    if (token.empty()) return refuse_token(AuthFailure::missing);
    if (token.size() > limits::token_bytes_max) return refuse_token(AuthFailure::too_long);
    const std::optional<TokenDigest> digest = digest_of(token);
    if (digest) {
        if (const Identity* known = cache_.find(*digest, now)) {
            remember(token, *digest);
            return *known;
        }
    }

    const std::optional<SignedToken> parsed = SignedToken::parse(token);
    if (!parsed) return refuse_token(AuthFailure::malformed);
    if (parsed->is_critical) return refuse_token(AuthFailure::critical);
    const std::optional<config::Algorithm> algorithm = keys_->allowed(parsed->algorithm);
    if (!algorithm) return refuse_token(AuthFailure::algorithm);
    const Key* key = keys_->find(*algorithm, rules_.issuer, parsed->kid);
    if (key == nullptr) {
        Refusal refusal = refuse_token(failure_without_key(*keys_, *algorithm));
        if (parsed->kid) refusal.key = leading_characters(*parsed->kid, logged_kid_bytes_max);
        return refusal;
    }
    if (!key->verifies(*algorithm, parsed->signed_text, parsed->signature)) return refuse_token(AuthFailure::signature);

    ClaimsResult identity = read_claims(parsed->payload, rules_, now);
    if (identity.has_error()) {
        Refusal refusal = refuse_token(identity.error());
        refusal.user = read_user(parsed->payload, rules_);
        return refusal;
    }
    // Within the leeway after `exp`, the token is verified each time.
    if (digest && now < identity->expires_at) cache_.put(*digest, *identity);
    return std::move(*identity);
}

std::shared_ptr<const KeySet> JwtVerifier::keys_to_renew(const Refusal& refusal) const {
    const bool lacks_key = refusal.reason == AuthFailure::unknown_key || refusal.reason == AuthFailure::no_keys;
    return lacks_key && keys_->is_by_url() ? keys_ : nullptr;
}

}  // namespace notifyd::auth
