// Strict before lenient: our own checks of the text, then cjose's parse.
#include "signed_token.hpp"

#include "notifyd/core/base64url.hpp"
#include "notifyd/core/limits.hpp"

#include "strict_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <openssl/err.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace notifyd::auth {

namespace {

// Keys or addresses of keys that come with the token, and extensions that must be understood: none is ours.
constexpr const char* refused_members[] = {"crit", "jwk", "jku", "x5u", "x5c"};

bool is_acceptable(const boost::json::object& header) {
    for (const char* name : refused_members) {
        if (header.contains(name)) return false;
    }
    const boost::json::value* kid = header.if_contains("kid");
    return kid == nullptr || kid->is_string();
}

}  // namespace

std::optional<SignedToken> SignedToken::parse(std::string_view token) {
    if (token.size() > limits::token_bytes_max || std::count(token.begin(), token.end(), '.') != 2) return std::nullopt;
    const std::size_t first_dot = token.find('.');
    const std::size_t last_dot = token.rfind('.');
    const auto header = base64url_decode(token.substr(0, first_dot));
    const auto payload = base64url_decode(token.substr(first_dot + 1, last_dot - first_dot - 1));
    const auto signature = base64url_decode(token.substr(last_dot + 1));
    if (!header || !payload || !signature || payload->empty()) return std::nullopt;
    // Our reader of the header only refuses (cjose's cannot tell a member that is no string from none, and keeps the
    // last of two equal ones); what is used of the header comes from cjose's.
    const std::optional<boost::json::object> members = parse_strict_object(*header);
    if (!members || !is_acceptable(*members)) return std::nullopt;

    cjose_err error{};
    JwsHandle jws(cjose_jws_import(token.data(), token.size(), &error));
    ERR_clear_error();
    if (!jws) return std::nullopt;
    SignedToken parsed(std::move(jws), signature->size());
    if (!parsed.read_header()) return std::nullopt;
    return parsed;
}

bool SignedToken::read_header() {
    cjose_header_t* header = cjose_jws_get_protected(jws_.get());
    cjose_err error{};
    const char* algorithm = cjose_header_get(header, CJOSE_HDR_ALG, &error);
    if (algorithm == nullptr) return false;
    algorithm_ = algorithm;
    if (const char* kid = cjose_header_get(header, CJOSE_HDR_KID, &error)) kid_ = kid;
    return true;
}

std::string_view SignedToken::payload() const {
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    cjose_err error{};
    if (!cjose_jws_get_plaintext(jws_.get(), &bytes, &size, &error)) return {};
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace notifyd::auth
