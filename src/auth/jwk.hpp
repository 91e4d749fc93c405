// One entry of a JWKS -> a key, where it is one to verify signatures with.
// Owns: nothing. Thread: any. Fails: with the reason, for the operator: nothing in it is longer than a line.
#pragma once

#include "key.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::auth {

struct JwkReading {
    std::optional<Key> key;
    // No key, and this is empty: it is meant for something else, such as encryption.
    std::string why_not;
};

[[nodiscard]] JwkReading read_jwk(const boost::json::value& entry);

// What a provider has written, as a log and a terminal can show it: cut, and printable.
[[nodiscard]] std::string shown(std::string_view text);
// The `kid`, shown; empty where there is none.
[[nodiscard]] std::string shown_kid(const boost::json::value& entry);

}  // namespace notifyd::auth
