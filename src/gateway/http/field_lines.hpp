// The lines of a head or of trailer fields: finds the empty line that ends them, and makes sure that no other server
// can see a different boundary (RFC 9112 §2.2). Pure.
// Owns:   how far it has looked.
// Fails:  with invalid_request.
#pragma once

#include "notifyd/core/result.hpp"

#include <cstddef>
#include <string_view>

namespace notifyd::gateway {

// The error for input that is not HTTP.
[[nodiscard]] Error malformed_request();

// Without surrounding spaces and tabs (RFC 9110 §5.6.3).
[[nodiscard]] std::string_view trimmed(std::string_view text);

// Below the space, or DEL. This includes HTAB.
[[nodiscard]] bool is_control(char c);

// RFC 9110 §5.6.2.
[[nodiscard]] bool is_token(std::string_view text);
// "a, b,c": at least one token.
[[nodiscard]] bool is_token_list(std::string_view text);

class FieldLines {
  public:
    // Where the lines end; 0: not in this text. When called again with more of the same text, it continues where it
    // stopped.
    [[nodiscard]] Result<std::size_t> find_end(std::string_view text);

  private:
    std::size_t scanned_ = 0;
    std::size_t line_begin_ = 0;
};

// Whether each line of a section found by find_end is a name and a value.
[[nodiscard]] bool are_fields(std::string_view section);

}  // namespace notifyd::gateway
