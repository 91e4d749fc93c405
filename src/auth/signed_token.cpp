// One strict parser: what it accepts is what is used.
#include "signed_token.hpp"

#include "notifyd/core/base64url.hpp"
#include "notifyd/core/limits.hpp"

#include "strict_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
    return {value.get_string().data(), value.get_string().size()};
}

}  // namespace

std::optional<SignedToken> SignedToken::parse(std::string_view token) {
    if (token.size() > limits::token_bytes_max || std::count(token.begin(), token.end(), '.') != 2) return std::nullopt;
    const std::size_t first_dot = token.find('.');
    const std::size_t last_dot = token.rfind('.');
    const auto header_text = base64url_decode(token.substr(0, first_dot));
    auto payload = base64url_decode(token.substr(first_dot + 1, last_dot - first_dot - 1));
    auto signature = base64url_decode(token.substr(last_dot + 1));
    if (!header_text || !payload || !signature || payload->empty()) return std::nullopt;

    const std::optional<json::object> header = parse_strict_object(*header_text);
    if (!header) return std::nullopt;
    // Keys or addresses of keys in the token (jwk, jku, x5c, x5u) are ignored like everything that is not understood
    // (RFC 7515 §4), because many providers send them.
    const json::value* algorithm = header->if_contains("alg");
    const json::value* kid = header->if_contains("kid");
    if (kid != nullptr && kid->is_null()) kid = nullptr;
    if (algorithm == nullptr || !algorithm->is_string() || (kid != nullptr && !kid->is_string())) return std::nullopt;

    SignedToken parsed;
    parsed.is_critical = header->contains("crit");
    parsed.algorithm = text_of(*algorithm);
    if (kid != nullptr) parsed.kid = text_of(*kid);
    parsed.signed_text = token.substr(0, last_dot);
    parsed.signature = std::move(*signature);
    parsed.payload = std::move(*payload);
    return parsed;
}

}  // namespace notifyd::auth
