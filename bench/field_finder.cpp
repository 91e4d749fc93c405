#include "field_finder.hpp"

#include "message_template.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace notifyd::bench {
namespace {

// All eight digits at once. What is no digit gives some other number, which the checks know as one never sent.
std::uint32_t parse_stamp(std::string_view digits) {
    static_assert(MessageTemplate::stamp_digits == sizeof(std::uint64_t));
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t block = 0;
    std::memcpy(&block, digits.data(), sizeof block);
    // The low half of a digit's code is its value, and of a letter's code its value less nine.
    block = (block & 0x0F0F0F0F0F0F0F0FU) + 9 * (block >> 6U & 0x0101010101010101U);
    block = block << 4U | block >> 8U;  // every other byte holds two digits now
    return static_cast<std::uint32_t>((block & 0xFFU) << 24U | (block >> 16U & 0xFFU) << 16U |
                                      (block >> 32U & 0xFFU) << 8U | (block >> 48U & 0xFFU));
}

}  // namespace

FieldFinder::FieldFinder(std::string needle) : needle_(std::move(needle)) {}

std::string_view FieldFinder::behind_needle(std::string_view text) {
    if (text.size() < hint_ + needle_.size() || std::memcmp(text.data() + hint_, needle_.data(), needle_.size()) != 0) {
        const void* found = ::memmem(text.data(), text.size(), needle_.data(), needle_.size());
        if (found == nullptr) {
            return {};
        }
        hint_ = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    }
    return text.substr(hint_ + needle_.size());
}

std::optional<std::uint64_t> FieldFinder::decimal(std::string_view text) {
    constexpr std::size_t digits_max = 19;
    const std::string_view value = behind_needle(text);
    std::uint64_t number = 0;
    std::size_t digits = 0;
    while (digits < value.size() && digits < digits_max && value[digits] >= '0' && value[digits] <= '9') {
        number = number * 10 + static_cast<std::uint64_t>(value[digits] - '0');
        ++digits;
    }
    return digits > 0 ? std::optional(number) : std::nullopt;
}

std::optional<std::uint32_t> FieldFinder::hexadecimal(std::string_view text) {
    const std::string_view value = behind_needle(text);
    if (value.size() < MessageTemplate::stamp_digits) {
        return std::nullopt;
    }
    return parse_stamp(value);
}

}  // namespace notifyd::bench
