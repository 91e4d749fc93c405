// Readers that the rows of several sections share.
#pragma once

#include "notifyd/config/units.hpp"
#include "notifyd/core/name.hpp"

#include "../define_key.hpp"
#include "../endpoint.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::config {

inline constexpr std::size_t count_max = 1'000'000'000;

// A limit; 0 = off.
inline Reader<std::size_t> limit() {
    return count(0, count_max);
}
inline Reader<std::chrono::milliseconds> time_limit() {
    return duration(std::chrono::milliseconds{0}, duration_max);
}
inline Reader<std::string> any_text() {
    return text("a string", is_anything);
}
inline Reader<std::string> non_empty_text() {
    return text("a string that is not empty", is_not_empty);
}
inline Reader<std::vector<std::string>> non_empty_texts() {
    return texts("strings that are not empty", is_not_empty);
}
inline Reader<std::string> optional_url() {
    return text("\"\" or a URL such as \"https://host/path\"",
                [](std::string_view written) { return written.empty() || is_http_url(written); });
}

}  // namespace notifyd::config
