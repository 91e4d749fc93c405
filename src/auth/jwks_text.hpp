// The text of a JWKS in which single entries are no JSON that can be read: the others are to serve all the same.
// Fails: with what is wrong and at which byte, where no entry of its own is to blame.
#pragma once

#include "strict_json.hpp"

#include <map>
#include <string>
#include <string_view>

namespace notifyd::auth {

struct JwksText {
    ObjectWithList set;
    // Entries, counted from 0, that cannot be read, and why. Their text, as a string, stands for them in the set.
    std::map<std::size_t, std::string> unreadable;
};

[[nodiscard]] Result<JwksText> parse_jwks_text(std::string_view text);

}  // namespace notifyd::auth
