// Shared by the fuzzers: the input as text, and a check that ends the process, which is how a fuzzer reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace notifyd::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// Must hold for every input.
inline void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace notifyd::fuzz
