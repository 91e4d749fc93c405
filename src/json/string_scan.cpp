// RFC 8259 §7, RFC 3629 §4.
#include "string_scan.hpp"

#include "characters.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace notifyd::json {

namespace {

constexpr std::ptrdiff_t unicode_escape_bytes = 6;  // \uXXXX

std::optional<std::uint32_t> hex_digit(char c) {
    if (is_digit(c)) return static_cast<std::uint32_t>(c - '0');
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') return static_cast<std::uint32_t>(lower - 'a' + 10);
    return std::nullopt;
}

// The code unit of `\uXXXX` at `at`; nullopt if there are not four hex digits.
std::optional<std::uint32_t> code_unit(const char* at, const char* end) {
    if (end - at < unicode_escape_bytes) return std::nullopt;
    std::uint32_t unit = 0;
    for (int i = 2; i < unicode_escape_bytes; ++i) {
        const auto digit = hex_digit(at[i]);
        if (!digit) return std::nullopt;
        unit = unit * 16 + *digit;
    }
    return unit;
}

EscapeEnd fault(Fault what) {
    return {nullptr, what};
}

EscapeEnd skip_unicode_escape(const char* at, const char* end) {
    const auto unit = code_unit(at, end);
    if (!unit) return fault(Fault::syntax);
    at += unicode_escape_bytes;
    if (is_trailing_surrogate(*unit)) return fault(Fault::half_surrogate_pair);
    if (!is_leading_surrogate(*unit)) return {at};
    if (end - at < 2 || at[0] != '\\' || at[1] != 'u') return fault(Fault::half_surrogate_pair);
    const auto second = code_unit(at, end);
    if (!second) return fault(Fault::syntax);
    if (!is_trailing_surrogate(*second)) return fault(Fault::half_surrogate_pair);
    return {at + unicode_escape_bytes};
}

bool is_between(char c, unsigned char low, unsigned char high) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= low && byte <= high;
}

}  // namespace

EscapeEnd skip_escape(const char* at, const char* end) {
    if (end - at < 2) return fault(Fault::syntax);
    switch (at[1]) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't':
            return {at + 2};
        case 'u':
            return skip_unicode_escape(at, end);
        default:
            return fault(Fault::syntax);
    }
}

const char* skip_utf8(const char* at, const char* end) {
    const auto lead = static_cast<unsigned char>(*at);
    const auto tail = [&](std::ptrdiff_t i) { return is_between(at[i], 0x80, 0xBF); };
    if (lead >= 0xC2 && lead <= 0xDF) return end - at >= 2 && tail(1) ? at + 2 : nullptr;
    // The bounds of the second byte exclude overlong forms, surrogates and code points above U+10FFFF.
    if (lead >= 0xE0 && lead <= 0xEF) {
        const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;
        const unsigned char high = lead == 0xED ? 0x9F : 0xBF;
        return end - at >= 3 && is_between(at[1], low, high) && tail(2) ? at + 3 : nullptr;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;
        return end - at >= 4 && is_between(at[1], low, high) && tail(2) && tail(3) ? at + 4 : nullptr;
    }
    return nullptr;
}

}  // namespace notifyd::json
