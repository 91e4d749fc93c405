// What the fuzzers have in common: the input as text, and a reason to stop.
// Owns: nothing. Thread: one. Fails: by ending the process, which is how a fuzzer reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace notifyd::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// What must hold whatever the input is.
inline void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace notifyd::fuzz
