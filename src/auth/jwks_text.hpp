// The text of a JWKS in which single entries may not be readable JSON: the others must remain usable.
// Fails:  with what is wrong and at which byte, unless a single entry is to blame.
#pragma once

#include "strict_json.hpp"

#include <map>
#include <string>
#include <string_view>

namespace notifyd::auth {

struct JwksText {
    ObjectWithList set;
    // Unreadable entries, counted from 0, and why. In the set, their text stands in for them as a string.
    std::map<std::size_t, std::string> unreadable;
};

[[nodiscard]] Result<JwksText> parse_jwks_text(std::string_view text);

}  // namespace notifyd::auth
