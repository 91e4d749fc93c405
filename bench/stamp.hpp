// The counter that each message carries: eight lower-case hexadecimal digits.
// Any other characters yield a number that was never sent, which the checks report.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace notifyd::bench {

inline constexpr std::size_t stamp_digits = 8;

// Parses all eight digits at once, because this runs for every delivery.
inline std::uint32_t parse_stamp(const char* digits) {
    static_assert(stamp_digits == sizeof(std::uint64_t));
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t block = 0;
    std::memcpy(&block, digits, sizeof block);
    // The low four bits of a digit's code are its value; those of a letter's code are its value minus nine.
    block = (block & 0x0F0F0F0F0F0F0F0FU) + 9 * (block >> 6U & 0x0101010101010101U);
    block = block << 4U | block >> 8U;  // now every other byte contains two digits
    return static_cast<std::uint32_t>((block & 0xFFU) << 24U | (block >> 16U & 0xFFU) << 16U |
                                      (block >> 32U & 0xFFU) << 8U | (block >> 48U & 0xFFU));
}

inline void write_stamp(char* digits, std::uint32_t stamp) {
    constexpr char names[] = "0123456789abcdef";
    for (std::size_t index = stamp_digits; index > 0; --index) {
        digits[index - 1] = names[stamp & 0xFU];
        stamp >>= 4U;
    }
}

}  // namespace notifyd::bench
