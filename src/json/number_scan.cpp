// RFC 8259 §6. The value matters only where it is too large for a double.
#include "notifyd/json/number_scan.hpp"

#include "characters.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace notifyd::json {

const char* NumberScan::take(const char* at, const char* end) {
    while (at < end) {
        at = take_digits(at, end);
        if (at == nullptr || at == end) return at;
        if (!take_character(*at)) return may_end() ? at : nullptr;
        ++at;
    }
    return at;
}

bool NumberScan::take_character(char c) {
    switch (part_) {
        case Part::sign:
            is_negative_ = c == '-';
            part_ = Part::first_digit;
            if (is_negative_) return true;
            [[fallthrough]];
        case Part::first_digit:
            if (!is_digit(c)) return false;
            part_ = c == '0' ? Part::zero : Part::integer;
            leading_ = static_cast<std::uint64_t>(c - '0');
            return true;
        case Part::zero:
        case Part::integer:
            if (c == '.') {
                part_ = Part::point;
                return true;
            }
            [[fallthrough]];
        case Part::fraction:
            if (c != 'e' && c != 'E') return false;
            part_ = Part::mark;
            return true;
        case Part::point:
            if (!is_digit(c)) return false;
            part_ = Part::fraction;
            add_fraction_digit(c);
            return true;
        case Part::mark:
            if (c == '+' || c == '-') {
                has_negative_exponent_ = c == '-';
                part_ = Part::exponent_sign;
                return true;
            }
            [[fallthrough]];
        case Part::exponent_sign:
            if (!is_digit(c)) return false;
            part_ = Part::exponent;
            return add_exponent_digit(c);
        case Part::exponent:
            return false;
    }
    return false;
}

// Returns the position after the digits of this part; nullptr: the exponent is out of range.
const char* NumberScan::take_digits(const char* at, const char* end) {
    if (part_ == Part::integer) {
        for (; at < end && is_digit(*at); ++at) add_integer_digit(*at);
    } else if (part_ == Part::fraction) {
        for (; at < end && is_digit(*at); ++at) add_fraction_digit(*at);
    } else if (part_ == Part::exponent) {
        for (; at < end && is_digit(*at); ++at) {
            if (!add_exponent_digit(*at)) return nullptr;
        }
    }
    return at;
}

void NumberScan::add_integer_digit(char c) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    constexpr std::uint64_t most_below_zero = std::uint64_t{1} << 63U;
    const std::uint64_t limit = is_negative_ ? most_below_zero : most;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    const bool fits = scale_ == 0 && (leading_ < limit / 10 || (leading_ == limit / 10 && digit <= limit % 10));
    if (fits) {
        leading_ = leading_ * 10 + digit;
    } else {
        ++scale_;
    }
}

void NumberScan::add_fraction_digit(char c) {
    constexpr std::uint64_t exact_in_double = (std::uint64_t{1} << 53U) - 1;
    if (leading_ > exact_in_double) return;
    leading_ = leading_ * 10 + static_cast<std::uint64_t>(c - '0');
    --scale_;
}

bool NumberScan::add_exponent_digit(char c) {
    exponent_ = exponent_ * 10 + (c - '0');
    return exponent_ <= std::numeric_limits<std::int32_t>::max();
}

bool NumberScan::may_end() const {
    return part_ == Part::zero || part_ == Part::integer || part_ == Part::fraction || part_ == Part::exponent;
}

bool NumberScan::is_finite() const {
    constexpr std::array<double, 20> powers{1e289, 1e290, 1e291, 1e292, 1e293, 1e294, 1e295, 1e296, 1e297, 1e298,
                                            1e299, 1e300, 1e301, 1e302, 1e303, 1e304, 1e305, 1e306, 1e307, 1e308};
    constexpr std::int64_t lowest = 289;  // with 19 leading digits, the value may exceed the largest double
    const std::int64_t scale = scale_ + (has_negative_exponent_ ? -exponent_ : exponent_);
    if (scale < lowest) return scale >= std::numeric_limits<std::int32_t>::min();
    const auto power = static_cast<std::size_t>(scale - lowest);
    return power < powers.size() && std::isfinite(static_cast<double>(leading_) * powers[power]);
}

}  // namespace notifyd::json
