#include "field_finder.hpp"

#include <cstring>
#include <utility>

namespace notifyd::bench {

FieldFinder::FieldFinder(std::string needle) : needle_(std::move(needle)) {}

bool FieldFinder::search(std::string_view text) {
    const void* found = ::memmem(text.data(), text.size(), needle_.data(), needle_.size());
    if (found == nullptr) {
        return false;
    }
    hint_ = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    return true;
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

}  // namespace notifyd::bench
