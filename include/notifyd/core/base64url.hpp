// base64url without padding (RFC 4648 §5, as in JWTs and opaque keys).
// Decoding gives nullopt for anything that encoding would not have produced: padding, whitespace, other alphabets, a
// length of 4n+1, nonzero trailing bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace notifyd {

[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace notifyd
