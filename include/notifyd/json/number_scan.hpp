// A JSON number, which may come in pieces.
#pragma once

#include <cstdint>

namespace notifyd::json {

class NumberScan {
  public:
    // Consumes the characters of the number. Returns the position after it, or `end` if the number may continue;
    // nullptr: it is malformed.
    [[nodiscard]] const char* take(const char* at, const char* end);
    // Whether it may end here, and is a finite double. Zero with an exponent above 308 is not.
    [[nodiscard]] bool is_complete() const { return may_end() && is_finite(); }

  private:
    enum class Part : std::uint8_t { sign, first_digit, zero, integer, point, fraction, mark, exponent_sign, exponent };

    [[nodiscard]] bool take_character(char c);
    [[nodiscard]] const char* take_digits(const char* at, const char* end);
    void add_integer_digit(char c);
    void add_fraction_digit(char c);
    [[nodiscard]] bool add_exponent_digit(char c);
    [[nodiscard]] bool may_end() const;
    [[nodiscard]] bool is_finite() const;

    Part part_ = Part::sign;
    bool is_negative_ = false;
    bool has_negative_exponent_ = false;
    // The value is about leading_ * 10^(scale_ ± exponent_).
    std::uint64_t leading_ = 0;
    std::int64_t scale_ = 0;
    std::int64_t exponent_ = 0;
};

}  // namespace notifyd::json
