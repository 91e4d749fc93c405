// A verifier with known keys, and shortcuts for using it.
#pragma once

#include "notifyd/auth/jwt_verifier.hpp"

#include "unit/auth/token_maker.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace notifyd::testing {

using namespace notifyd::auth;
using config::Algorithm;

inline constexpr EpochMs now = 1'700'000'000'000;

inline config::Auth hs256_rules() {
    config::Auth rules;
    rules.algorithms = {Algorithm::hs256};
    return rules;
}

inline JwtVerifier verifier(const KeySources& sources, config::Auth rules = {}, std::size_t cache = 100) {
    const auto keys = make_key_set(sources);
    REQUIRE(keys.has_value());
    return {*keys, std::move(rules), cache};
}

inline JwtVerifier hs256_verifier(config::Auth rules = hs256_rules(), std::size_t cache = 100) {
    return verifier({{Algorithm::hs256}, std::string(test_secret), "", ""}, std::move(rules), cache);
}

// Valid claims, plus `more`.
inline std::string claims(const std::string& more = "") {
    return R"({"sub":"u1","exp":1700000600)" + (more.empty() ? more : "," + more) + "}";
}

inline std::string flipped(std::string token, std::size_t at) {
    token[at] = token[at] == 'A' ? 'B' : 'A';
    return token;
}

inline Identity taken(JwtVerifier& by, const std::string& token) {
    const AuthResult<Identity> identity = by.verify(token, now);
    if (identity.has_error()) FAIL(to_string(identity.error().reason));
    return *identity;
}

inline AuthFailure refused(JwtVerifier& by, const std::string& token) {
    const AuthResult<Identity> identity = by.verify(token, now);
    REQUIRE(identity.has_error());
    CHECK(identity.error().error.code == Errc::unauthorized);
    return identity.error().reason;
}

}  // namespace notifyd::testing
