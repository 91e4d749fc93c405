// Reads RFC 7517 §4, RFC 7518 §6 and RFC 8037 §2 strictly: what is read here decides who may sign. A null member counts
// as absent.
#include "jwk.hpp"

#include "notifyd/core/base64url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include <algorithm>
#include <vector>

namespace notifyd::auth {

namespace {

namespace json = boost::json;
using config::Algorithm;

constexpr std::size_t shown_bytes_max = 40;
constexpr Algorithm public_key_algorithms[] = {Algorithm::rs256,
                                               Algorithm::rs384,
                                               Algorithm::rs512,
                                               Algorithm::ps256,
                                               Algorithm::es256,
                                               Algorithm::es384,
                                               Algorithm::eddsa};

Error unusable(std::string why) {
    return {Errc::invalid_request, std::move(why)};
}

std::string in_quotes(std::string_view text) {
    return '"' + shown(text) + '"';
}

const json::value* member_of(const json::object& jwk, std::string_view name) {
    const json::value* member = jwk.if_contains(json::string_view(name.data(), name.size()));
    return member == nullptr || member->is_null() ? nullptr : member;
}

std::string_view view_of(const json::value& text) {
    return {text.get_string().data(), text.get_string().size()};
}

// nullopt: absent. Anything but a string is an error: it matches no token, but is not the same as absent.
Result<std::optional<std::string>> text_of(const json::object& jwk, std::string_view name) {
    const json::value* member = member_of(jwk, name);
    if (member == nullptr) return std::optional<std::string>();
    if (!member->is_string()) return unusable(in_quotes(name) + " is not a string");
    return std::optional<std::string>(view_of(*member));
}

Result<std::string> bytes_of(const json::object& jwk, std::string_view name) {
    Result<std::optional<std::string>> text = text_of(jwk, name);
    if (!text) return text.error();
    if (!*text || (*text)->empty()) return unusable(in_quotes(name) + " is missing");
    std::optional<std::string> bytes = base64url_decode(**text);
    if (!bytes) return unusable(in_quotes(name) + " is not base64url without padding");
    return std::move(*bytes);
}

Result<std::string> bytes_of(const json::object& jwk, std::string_view name, std::size_t size) {
    Result<std::string> bytes = bytes_of(jwk, name);
    if (!bytes || bytes->size() == size) return bytes;
    return unusable(in_quotes(name) + " has " + std::to_string(bytes->size()) + " bytes, and must have " +
                    std::to_string(size));
}

enum class Purpose : std::uint8_t { signatures, others };

Result<Purpose> purpose_of(const json::object& jwk) {
    const Result<std::optional<std::string>> use = text_of(jwk, "use");
    if (!use) return use.error();
    if (*use && **use != "sig") return Purpose::others;
    const json::value* operations = member_of(jwk, "key_ops");
    if (operations == nullptr) return Purpose::signatures;
    if (!operations->is_array()) return unusable("\"key_ops\" is not a list");
    const bool verifies = std::ranges::any_of(operations->get_array(), [](const json::value& operation) {
        return operation.is_string() && operation.get_string() == "verify";
    });
    return verifies ? Purpose::signatures : Purpose::others;
}

// RFC 7518 §4.1: keys for these are often published without `use`.
bool is_for_encryption(std::string_view algorithm) {
    return algorithm.starts_with("RSA-OAEP") || algorithm.starts_with("RSA1_5") || algorithm.starts_with("ECDH-ES");
}

// Builds an OpenSSL public key from its parts; null if they are not valid.
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
    // Big-endian, as in JWKs.
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
    // The builder refers to its inputs until the key is made.
    std::string octets_;
    std::vector<NumberHandle> numbers_;
    bool good_ = parts_ != nullptr;
};

Result<Key> key_or_error(PkeyHandle handle, const char* kind) {
    if (!handle) return unusable(std::string("it is not a valid ").append(kind).append(" key"));
    Result<Key> key = Key::from_public_key(std::move(handle));
    if (!key) return unusable("it " + key.error().message);
    return key;
}

Result<Key> read_rsa(const json::object& jwk) {
    const Result<std::string> modulus = bytes_of(jwk, "n");
    if (!modulus) return modulus.error();
    const Result<std::string> exponent = bytes_of(jwk, "e");
    if (!exponent) return exponent.error();
    PublicKeyMaker maker;
    maker.number(OSSL_PKEY_PARAM_RSA_N, *modulus).number(OSSL_PKEY_PARAM_RSA_E, *exponent);
    return key_or_error(maker.make("RSA"), "RSA");
}

Result<Key> read_ec(const json::object& jwk, const char* curve, std::size_t coordinate_bytes) {
    const Result<std::string> x = bytes_of(jwk, "x", coordinate_bytes);
    if (!x) return x.error();
    const Result<std::string> y = bytes_of(jwk, "y", coordinate_bytes);
    if (!y) return y.error();
    PublicKeyMaker maker;
    maker.text(OSSL_PKEY_PARAM_GROUP_NAME, curve).octets(OSSL_PKEY_PARAM_PUB_KEY, "\x04" + *x + *y);
    return key_or_error(maker.make("EC"), "EC");
}

Result<Key> read_ed25519(const json::object& jwk) {
    constexpr std::size_t point_bytes = 32;
    const Result<std::string> x = bytes_of(jwk, "x", point_bytes);
    if (!x) return x.error();
    PublicKeyMaker maker;
    maker.octets(OSSL_PKEY_PARAM_PUB_KEY, *x);
    return key_or_error(maker.make("ED25519"), "Ed25519");
}

Result<Key> read_key(const json::object& jwk) {
    const Result<std::optional<std::string>> kty = text_of(jwk, "kty");
    if (!kty) return kty.error();
    if (!*kty) return unusable("\"kty\" is missing");
    if (**kty == "RSA") return read_rsa(jwk);
    if (**kty == "oct") return unusable("it is a secret, which does not belong in a published set");
    if (**kty != "EC" && **kty != "OKP")
        return unusable("\"kty\" is " + in_quotes(**kty) + "; RSA, EC and OKP are supported");
    const Result<std::optional<std::string>> curve = text_of(jwk, "crv");
    if (!curve) return curve.error();
    if (!*curve) return unusable("\"crv\" is missing");
    if (**kty == "EC" && **curve == "P-256") return read_ec(jwk, "P-256", 32);
    if (**kty == "EC" && **curve == "P-384") return read_ec(jwk, "P-384", 48);
    if (**kty == "OKP" && **curve == "Ed25519") return read_ed25519(jwk);
    return unusable("\"crv\" is " + in_quotes(**curve) + "; P-256 and P-384 (EC) and Ed25519 (OKP) are supported");
}

// nullopt: meant for another use.
Result<std::optional<Key>> read_object(const json::object& jwk) {
    const Result<Purpose> purpose = purpose_of(jwk);
    if (!purpose) return purpose.error();
    Result<std::optional<std::string>> algorithm = text_of(jwk, "alg");
    if (!algorithm) return algorithm.error();
    if (*purpose == Purpose::others || (*algorithm && is_for_encryption(**algorithm))) return std::optional<Key>();
    Result<std::optional<std::string>> kid = text_of(jwk, "kid");
    if (!kid) return kid.error();
    Result<Key> key = read_key(jwk);
    if (!key) return key.error();
    if (*kid) key->set_kid(std::move(**kid));
    if (*algorithm) {
        key->set_algorithm(**algorithm);
        const auto fits = [&key](Algorithm supported) { return key->fits(supported); };
        if (std::ranges::none_of(public_key_algorithms, fits)) {
            return unusable("\"alg\" is " + in_quotes(**algorithm) + ", which is not supported for such a key");
        }
    }
    return std::optional<Key>(std::move(*key));
}

}  // namespace

std::string shown(std::string_view text) {
    std::string kept(text.substr(0, shown_bytes_max));
    std::ranges::replace_if(
        kept, [](char c) { return c < ' ' || c > '~'; }, '?');
    if (text.size() > shown_bytes_max) kept += "...";
    return kept;
}

std::string shown_kid(const json::value& entry) {
    const json::value* kid = entry.is_object() ? member_of(entry.get_object(), "kid") : nullptr;
    return kid != nullptr && kid->is_string() ? shown(view_of(*kid)) : std::string();
}

JwkReading read_jwk(const json::value& entry) {
    if (!entry.is_object()) return {std::nullopt, "it is not a JSON object"};
    Result<std::optional<Key>> key = read_object(entry.get_object());
    if (!key) return {std::nullopt, key.error().message};
    return {std::move(*key), {}};
}

}  // namespace notifyd::auth
