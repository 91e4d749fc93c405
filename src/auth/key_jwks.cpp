// A JWKS: the public numbers of each key we can use, and nothing else of it.
#include "notifyd/core/base64url.hpp"

#include "key.hpp"
#include "strict_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <openssl/core_names.h>
#include <openssl/err.h>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

constexpr std::size_t jwks_keys_max = 20;

Error bad_jwks(std::string sentence) {
    return {Errc::invalid_request, std::move(sentence)};
}

// nullopt: no such member, or not a string.
std::optional<std::string> text_of(const json::object& jwk, std::string_view name) {
    const json::value* member = jwk.if_contains(json::string_view(name.data(), name.size()));
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return std::string(member->get_string().data(), member->get_string().size());
}

std::string bytes_of(const json::object& jwk, std::string_view name) {
    return base64url_decode(text_of(jwk, name).value_or("")).value_or("");
}

bool is_for_signatures(const json::object& jwk) {
    if (jwk.contains("use") && text_of(jwk, "use") != "sig") return false;
    const json::value* operations = jwk.if_contains("key_ops");
    if (operations == nullptr) return true;
    if (!operations->is_array()) return false;
    for (const json::value& operation : operations->get_array()) {
        if (operation.is_string() && operation.get_string() == "verify") return true;
    }
    return false;
}

// A public key of OpenSSL's from its parts; null where they do not make one.
class PublicKeyMaker {
  public:
    PublicKeyMaker() : parts_(OSSL_PARAM_BLD_new()) {}

    PublicKeyMaker& text(const char* name, const char* value) {
        good_ = good_ && OSSL_PARAM_BLD_push_utf8_string(parts_.get(), name, value, 0) == 1;
        return *this;
    }
    PublicKeyMaker& octets(const char* name, std::string bytes) {
        octets_ = std::move(bytes);
        good_ = good_ && OSSL_PARAM_BLD_push_octet_string(parts_.get(), name, octets_.data(), octets_.size()) == 1;
        return *this;
    }
    // Big-endian, as JWKs have it.
    PublicKeyMaker& number(const char* name, std::string_view bytes) {
        numbers_.emplace_back(
            BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
        good_ = good_ && numbers_.back() && OSSL_PARAM_BLD_push_BN(parts_.get(), name, numbers_.back().get()) == 1;
        return *this;
    }

    [[nodiscard]] PkeyHandle make(const char* type) {
        const ParamsHandle params(good_ ? OSSL_PARAM_BLD_to_param(parts_.get()) : nullptr);
        const PkeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
        EVP_PKEY* key = nullptr;
        if (params && context && EVP_PKEY_fromdata_init(context.get()) == 1) {
            static_cast<void>(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()));
        }
        ERR_clear_error();
        return PkeyHandle(key);
    }

  private:
    ParamBuilderHandle parts_;
    // The builder refers to what it is given until the key is made.
    std::string octets_;
    std::vector<NumberHandle> numbers_;
    bool good_ = parts_ != nullptr;
};

Result<Key> key_or_error(PkeyHandle key, const char* kind) {
    if (!key) return bad_jwks(std::string("is not a valid ").append(kind).append(" key"));
    return Key::from_public_key(std::move(key));
}

Result<Key> read_rsa(const json::object& jwk) {
    const std::string modulus = bytes_of(jwk, "n");
    const std::string exponent = bytes_of(jwk, "e");
    if (modulus.empty() || exponent.empty()) return bad_jwks("is not a valid RSA key");
    PublicKeyMaker maker;
    maker.number(OSSL_PKEY_PARAM_RSA_N, modulus).number(OSSL_PKEY_PARAM_RSA_E, exponent);
    return key_or_error(maker.make("RSA"), "RSA");
}

Result<Key> read_ec(const json::object& jwk, const char* curve, std::size_t coordinate_bytes) {
    const std::string x = bytes_of(jwk, "x");
    const std::string y = bytes_of(jwk, "y");
    if (x.size() != coordinate_bytes || y.size() != coordinate_bytes) return bad_jwks("is not a valid EC key");
    PublicKeyMaker maker;
    maker.text(OSSL_PKEY_PARAM_GROUP_NAME, curve).octets(OSSL_PKEY_PARAM_PUB_KEY, "\x04" + x + y);
    return key_or_error(maker.make("EC"), "EC");
}

Result<Key> read_ed25519(const json::object& jwk) {
    PublicKeyMaker maker;
    maker.octets(OSSL_PKEY_PARAM_PUB_KEY, bytes_of(jwk, "x"));
    return key_or_error(maker.make("ED25519"), "Ed25519");
}

// nullopt: a kind of key that is not ours (a secret does not belong into a published set).
std::optional<Result<Key>> read_jwk(const json::object& jwk) {
    const std::optional<std::string> kty = text_of(jwk, "kty");
    const std::optional<std::string> curve = text_of(jwk, "crv");
    if (kty == "RSA") return read_rsa(jwk);
    if (kty == "EC" && curve == "P-256") return read_ec(jwk, "P-256", 32);
    if (kty == "EC" && curve == "P-384") return read_ec(jwk, "P-384", 48);
    if (kty == "OKP" && curve == "Ed25519") return read_ed25519(jwk);
    return std::nullopt;
}

bool clashes(const Key& a, const Key& b) {
    return a.kid() && a.kid() == b.kid() && a.type() == b.type();
}

}  // namespace

Result<std::vector<Key>> read_jwks(std::string_view text) {
    const std::optional<json::object> set = parse_strict_object(text);
    const json::value* list = set ? set->if_contains("keys") : nullptr;
    if (list == nullptr || !list->is_array()) return bad_jwks("is not a JSON Web Key Set");
    if (list->get_array().size() > jwks_keys_max) return bad_jwks("has more than 20 keys");

    std::vector<Key> keys;
    std::size_t number = 0;
    for (const json::value& entry : list->get_array()) {
        ++number;
        if (!entry.is_object()) return bad_jwks("has an entry that is not a key");
        const json::object& jwk = entry.get_object();
        if (!is_for_signatures(jwk)) continue;
        // One that is no string fits no token, and is not the same as none.
        const auto is_ill_typed = [&](std::string_view name) { return jwk.contains(name) && !text_of(jwk, name); };
        if (is_ill_typed("kid") || is_ill_typed("alg")) continue;
        std::optional<Result<Key>> made = read_jwk(jwk);
        if (!made) continue;
        if (made->has_error()) return bad_jwks("key " + std::to_string(number) + " " + made->error().message);
        Key& key = **made;
        if (auto kid = text_of(jwk, "kid")) key.set_kid(std::move(*kid));
        if (auto algorithm = text_of(jwk, "alg")) key.set_algorithm(std::move(*algorithm));
        for (const Key& other : keys) {
            if (clashes(key, other)) return bad_jwks("has two keys with one kid");
        }
        keys.push_back(std::move(key));
    }
    return keys;
}

}  // namespace notifyd::auth
