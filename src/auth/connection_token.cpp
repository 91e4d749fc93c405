// Checks size, form and signature before looking at the contents.
#include "notifyd/auth/connection_token.hpp"

#include "notifyd/core/base64url.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/name.hpp"
#include "notifyd/core/topic_name.hpp"

#include "strict_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

using Code = std::array<unsigned char, 32>;

// nullopt: OpenSSL failed.
std::optional<Code> hmac_of(std::string_view secret, std::string_view text) {
    Code code{};
    unsigned int size = code.size();
    const unsigned char* made = HMAC(EVP_sha256(),
                                     secret.data(),
                                     static_cast<int>(secret.size()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size(),
                                     code.data(),
                                     &size);
    if (made == nullptr || size != code.size()) return std::nullopt;
    return code;
}

bool is_signed_with(std::string_view secret, std::string_view payload, const std::string& signature) {
    if (secret.empty() || signature.size() != Code{}.size()) return false;
    const std::optional<Code> code = hmac_of(secret, payload);
    return code && CRYPTO_memcmp(code->data(), signature.data(), code->size()) == 0;
}

std::optional<std::string> string_in(const json::object& payload, json::string_view name) {
    const json::value* value = payload.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string().data(), value->get_string().size());
}

std::optional<EpochMs> time_in(const json::object& payload, json::string_view name) {
    // The end of the year 9999, so that no calculation with the time overflows.
    constexpr EpochMs time_max = 253'402'300'799'000;
    const json::value* value = payload.if_contains(name);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    if (value->get_int64() < 0 || value->get_int64() > time_max) return std::nullopt;
    return value->get_int64();
}

// nullopt: not a list of channel names.
std::optional<std::vector<std::string>> channels_in(const json::value& value) {
    if (!value.is_array() || value.get_array().size() > limits::ticket_channels_max) return std::nullopt;
    std::vector<std::string> channels;
    for (const json::value& element : value.get_array()) {
        if (!element.is_string()) return std::nullopt;
        channels.emplace_back(element.get_string().data(), element.get_string().size());
        if (!is_name(channels.back())) return std::nullopt;
    }
    return channels;
}

// nullopt: a member is missing or has the wrong type.
std::optional<ConnectionToken> token_in(const json::object& payload) {
    auto user = string_in(payload, "userId");
    const auto id_text = string_in(payload, "tokenId");
    const auto issued_at = time_in(payload, "issuedAt");
    const auto expires_at = time_in(payload, "expiresAt");
    if (!user || !is_valid_id(*user) || !id_text || !issued_at || !expires_at) return std::nullopt;
    const auto id = Uuid::parse(*id_text);
    if (!id) return std::nullopt;
    ConnectionToken token{*id, UserId(std::move(*user)), *issued_at, *expires_at, std::nullopt};
    if (const json::value* channels = payload.if_contains("allowedChannels")) {
        token.allowed_channels = channels_in(*channels);
        if (!token.allowed_channels) return std::nullopt;
    }
    return token;
}

bool has_possible_life(const ConnectionToken& token) {
    const EpochMs life = token.expires_at - token.issued_at;
    return life > 0 && life <= connection_token_life_max.count();
}

}  // namespace

bool is_connection_token(std::string_view text) {
    const std::size_t dot = text.find('.');
    return dot != std::string_view::npos && text.find('.', dot + 1) == std::string_view::npos;
}

std::string encode_connection_token(const ConnectionToken& token, std::string_view secret) {
    json::object payload;
    payload["userId"] = token.user.get();
    payload["issuedAt"] = token.issued_at;
    payload["expiresAt"] = token.expires_at;
    payload["tokenId"] = token.id.to_string();
    if (token.allowed_channels) {
        payload["allowedChannels"] = json::array(token.allowed_channels->begin(), token.allowed_channels->end());
    }
    std::string text = base64url_encode(json::serialize(payload));
    const std::optional<Code> code = hmac_of(secret, text);
    if (!code) throw std::runtime_error("cannot compute an HMAC");
    text.append(1, '.').append(base64url_encode({reinterpret_cast<const char*>(code->data()), code->size()}));
    return text;
}

AuthResult<ConnectionToken> verify_connection_token(std::string_view text, const ConnectionTokenRules& rules) {
    if (text.size() > limits::token_bytes_max || !is_connection_token(text)) {
        return refuse_token(AuthFailure::malformed);
    }
    const std::size_t dot = text.find('.');
    const std::string_view payload = text.substr(0, dot);
    const std::optional<std::string> signature = base64url_decode(text.substr(dot + 1));
    if (!signature) return refuse_token(AuthFailure::malformed);
    if (!is_signed_with(rules.secret, payload, *signature) &&
        !is_signed_with(rules.previous_secret, payload, *signature)) {
        return refuse_token(AuthFailure::signature);
    }

    const std::optional<std::string> decoded = base64url_decode(payload);
    if (!decoded) return refuse_token(AuthFailure::malformed);
    const std::optional<json::object> object = parse_strict_object(*decoded);
    std::optional<ConnectionToken> token = object ? token_in(*object) : std::nullopt;
    if (!token || !has_possible_life(*token)) return refuse_token(AuthFailure::claims);
    return *std::move(token);
}

}  // namespace notifyd::auth
