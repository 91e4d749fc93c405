// Reads the claims of a verified token: who the user is, until when, with which grants and topics. Nothing is thrown,
// whatever the claims contain.
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

// Checks the token's times, issuer, audience and use, and reads the identity by the operator's rules.
[[nodiscard]] ClaimsResult read_claims(std::string_view json, const config::Auth& rules, EpochMs now);

// The user of a verified token that is refused because of another claim; empty if it names none.
[[nodiscard]] std::string read_user(std::string_view json, const config::Auth& rules);

}  // namespace notifyd::auth
