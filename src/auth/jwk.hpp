// Turns an entry of a JWKS into a key, if it can verify signatures.
// Fails:  with a reason for the operator, no part of which is longer than a line.
#pragma once

#include "key.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::auth {

struct JwkReading {
    std::optional<Key> key;
    // Empty although there is no key: the entry is meant for another use, such as encryption.
    std::string why_not;
};

[[nodiscard]] JwkReading read_jwk(const boost::json::value& entry);

// A provider's text made safe for logs and terminals: shortened and printable.
[[nodiscard]] std::string shown(std::string_view text);
// The `kid`, made safe; empty if there is none.
[[nodiscard]] std::string shown_kid(const boost::json::value& entry);

}  // namespace notifyd::auth
