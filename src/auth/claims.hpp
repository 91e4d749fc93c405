// What the claims of a verified token say: who it is, until when, with which grants and topics.
// Owns: nothing. Thread: any. Fails: with the reason; nothing is thrown, whatever the claims hold.
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/config/config.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace notifyd::auth {

using ClaimsResult = boost::system::result<Identity, AuthFailure>;

// Checks the times, issuer, audience and use of the token, and reads the identity by the operator's rules.
[[nodiscard]] ClaimsResult read_claims(std::string_view json, const config::Auth& rules, EpochMs now);

// Whom a verified token names that is refused for another claim; empty: nobody.
[[nodiscard]] std::string read_user(std::string_view json, const config::Auth& rules);

}  // namespace notifyd::auth
