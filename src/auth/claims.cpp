// The claims policy (docs/protocol.md#jwts). Claims that decide who the user is must be well-formed; ill-formed claims
// that would only add rights add none.
#include "claims.hpp"

#include "strict_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

// The end of the year 9999, in seconds, so that no calculation with a claim's time overflows.
constexpr std::int64_t seconds_max = 253'402'300'799;
constexpr std::size_t claimed_topics_max = 100;
constexpr std::size_t token_id_bytes_max = 256;
// Azure and Okta use `scp` instead of `scope`.
constexpr std::string_view scope_claims[] = {"scope", "scp"};

std::string_view view_of(const json::value& text) {
    return {text.get_string().data(), text.get_string().size()};
}

// A null claim counts as absent.
const json::value* claim_of(const json::object& claims, std::string_view name) {
    const json::value* claim = claims.if_contains(json::string_view(name.data(), name.size()));
    return claim == nullptr || claim->is_null() ? nullptr : claim;
}

// Converts a NumericDate (RFC 7519 §2) to milliseconds.
std::optional<EpochMs> time_of(const json::value& claim) {
    if (claim.is_int64()) {
        const std::int64_t seconds = claim.get_int64();
        if (seconds < 0 || seconds > seconds_max) return std::nullopt;
        return seconds * 1000;
    }
    if (!claim.is_double()) return std::nullopt;
    const double seconds = claim.get_double();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > static_cast<double>(seconds_max)) return std::nullopt;
    return static_cast<EpochMs>(seconds * 1000);
}

// The strings in a claim that is a string or an array; other elements of an array are ignored.
std::vector<std::string_view> strings_of(const json::value* claim) {
    std::vector<std::string_view> strings;
    if (claim == nullptr) return strings;
    if (claim->is_string()) strings.push_back(view_of(*claim));
    if (!claim->is_array()) return strings;
    for (const json::value& element : claim->get_array()) {
        if (element.is_string()) strings.push_back(view_of(element));
    }
    return strings;
}

// nullopt: neither a string nor an integer. A number with a fraction or an exponent, or beyond 64 bits, has already
// lost digits, so two users could have become one.
std::optional<std::string> id_of(const json::value& claim) {
    if (claim.is_string()) return std::string(view_of(claim));
    if (claim.is_int64()) return std::to_string(claim.get_int64());
    if (claim.is_uint64()) return std::to_string(claim.get_uint64());
    return std::nullopt;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::optional<AuthFailure> check_times(const json::object& claims,
                                       const config::Auth& rules,
                                       EpochMs now,
                                       EpochMs& expires_at) {
    const json::value* exp = claim_of(claims, "exp");
    if (exp == nullptr) return AuthFailure::no_expiry;
    const std::optional<EpochMs> end = time_of(*exp);
    if (!end) return AuthFailure::ill_typed_time;
    const EpochMs leeway = rules.leeway.count();
    if (now - leeway >= *end) return AuthFailure::expired;
    if (const json::value* nbf = claim_of(claims, "nbf")) {
        const std::optional<EpochMs> start = time_of(*nbf);
        if (!start) return AuthFailure::ill_typed_time;
        if (*start > now + leeway) return AuthFailure::not_yet_valid;
    }
    expires_at = *end;
    return std::nullopt;
}

// Cognito's access tokens have no `aud`; their `client_id` replaces it, but only for them: an id token must have `aud`.
bool is_for_us(const json::object& claims, const std::vector<std::string>& audience) {
    if (audience.empty()) return true;
    if (const json::value* aud = claim_of(claims, "aud")) {
        const std::vector<std::string_view> values = strings_of(aud);
        return std::any_of(values.begin(), values.end(), [&](auto value) { return contains(audience, value); });
    }
    const json::value* use = claim_of(claims, "token_use");
    if (use != nullptr && use->is_string() && use->get_string() == "id") return false;
    const json::value* client = claim_of(claims, "client_id");
    return client != nullptr && client->is_string() && contains(audience, view_of(*client));
}

std::optional<AuthFailure> check_origin(const json::object& claims, const config::Auth& rules) {
    if (!rules.issuer.empty()) {
        const json::value* issuer = claim_of(claims, "iss");
        if (issuer == nullptr || !issuer->is_string() || view_of(*issuer) != rules.issuer) return AuthFailure::issuer;
    }
    if (!is_for_us(claims, rules.audience)) return AuthFailure::audience;
    if (const json::value* use = claim_of(claims, "token_use")) {
        if (!use->is_string() || (view_of(*use) != "id" && view_of(*use) != "access")) return AuthFailure::token_use;
    }
    return std::nullopt;
}

void add_words(std::string_view text, std::vector<std::string_view>& words) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::vector<std::string_view> grant_names(const json::object& claims) {
    std::vector<std::string_view> names = strings_of(claim_of(claims, "cognito:groups"));
    for (const std::string_view name : scope_claims) {
        const json::value* scope = claim_of(claims, name);
        if (scope != nullptr && scope->is_string()) {
            add_words(view_of(*scope), names);
        } else {
            const std::vector<std::string_view> each = strings_of(scope);
            names.insert(names.end(), each.begin(), each.end());
        }
    }
    return names;
}

Grant grant_of(const json::object& claims, const config::Auth& rules) {
    Grant grant = Grant::none;
    for (const std::string_view name : grant_names(claims)) {
        if (contains(rules.admin_grants, name)) return Grant::admin;
        if (contains(rules.publish_grants, name)) grant = Grant::service;
    }
    return grant;
}

bool is_claimable(TopicClass topic_class) {
    switch (topic_class) {
        case TopicClass::org:
        case TopicClass::hub:
        case TopicClass::project:
            return true;
        case TopicClass::chat:
        case TopicClass::user:
            return false;
    }
    return false;
}

// nullopt: too many. Invalid ids, such as the empty string of an unset attribute, are ignored.
std::optional<std::vector<TopicName>> topics_of(const json::object& claims, const config::Auth& rules) {
    std::vector<TopicName> topics;
    for (const auto& [topic_class, name] : rules.claims) {
        if (!is_claimable(topic_class)) continue;
        for (const std::string_view id : strings_of(claim_of(claims, name))) {
            auto topic = TopicName::make(topic_class, id);
            if (topic.has_error() || std::find(topics.begin(), topics.end(), *topic) != topics.end()) continue;
            if (topics.size() == claimed_topics_max) return std::nullopt;
            topics.push_back(std::move(*topic));
        }
    }
    return topics;
}

}  // namespace

ClaimsResult read_claims(std::string_view text, const config::Auth& rules, EpochMs now) {
    const std::optional<json::object> claims = parse_strict_object(text);
    if (!claims) return AuthFailure::claims;
    Identity identity;
    if (const auto failure = check_times(*claims, rules, now, identity.expires_at)) return *failure;
    if (const auto failure = check_origin(*claims, rules)) return *failure;

    const json::value* user = claim_of(*claims, rules.user_claim);
    if (user == nullptr) return AuthFailure::no_user_id;
    std::optional<std::string> id = id_of(*user);
    if (!id || !is_valid_id(*id)) return AuthFailure::user_id;
    identity.user = UserId(std::move(*id));
    identity.grant = grant_of(*claims, rules);
    auto topics = topics_of(*claims, rules);
    if (!topics) return AuthFailure::too_many_topics;
    identity.claimed_topics = std::move(*topics);
    // Nothing depends on the `jti`: if it is too long, it is dropped.
    const json::value* token_id = claim_of(*claims, "jti");
    if (token_id != nullptr && token_id->is_string() && token_id->get_string().size() <= token_id_bytes_max) {
        identity.token_id = view_of(*token_id);
    }
    return identity;
}

std::string read_user(std::string_view text, const config::Auth& rules) {
    const std::optional<json::object> claims = parse_strict_object(text);
    if (!claims) return {};
    const json::value* user = claim_of(*claims, rules.user_claim);
    std::optional<std::string> id = user == nullptr ? std::nullopt : id_of(*user);
    return id && is_valid_id(*id) ? *std::move(id) : std::string();
}

}  // namespace notifyd::auth
