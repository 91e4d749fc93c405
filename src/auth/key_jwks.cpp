// A JWKS: the public numbers of each key we can use, and nothing else of it.
#include "notifyd/core/base64url.hpp"

#include "key.hpp"
#include "strict_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

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

// nullopt: a kind of key that is not ours (a secret does not belong into a published set).
std::optional<Result<Key>> read_jwk(const json::object& jwk) {
    const std::optional<std::string> kty = text_of(jwk, "kty");
    if (kty == "RSA") return Key::from_rsa(bytes_of(jwk, "n"), bytes_of(jwk, "e"));
    if (kty != "EC") return std::nullopt;
    const std::optional<std::string> curve = text_of(jwk, "crv");
    if (curve == "P-256") return Key::from_ec(KeyType::ec_p256, bytes_of(jwk, "x"), bytes_of(jwk, "y"));
    if (curve == "P-384") return Key::from_ec(KeyType::ec_p384, bytes_of(jwk, "x"), bytes_of(jwk, "y"));
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
