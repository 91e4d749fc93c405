// Nearness of names.
#include "near_name.hpp"

#include "notifyd/core/near_name.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

namespace notifyd::config {

namespace {

constexpr std::size_t letters_off_max = 2;
// No variable is longer; comparing longer names would only cost time.
constexpr std::size_t name_bytes_max = 128;

// "NOTIFYD_AUTH__AUDIENCE" -> "AUDIENCE"
std::string_view last_part(std::string_view variable) {
    const std::size_t separator = variable.rfind("__");
    return separator == std::string_view::npos ? std::string_view() : variable.substr(separator + 2);
}

}  // namespace

std::optional<std::string> near_variable(std::string_view written, std::span<const std::string> known) {
    if (written.size() > name_bytes_max) return std::nullopt;
    std::vector<std::string> near = nearest_names(written, known, letters_off_max);
    if (near.empty()) {
        const std::string name = folded_name(written);
        std::ranges::copy_if(known, std::back_inserter(near), [&](const std::string& variable) {
            return name == folded_name("NOTIFYD_" + std::string(last_part(variable)));
        });
    }
    return near.size() == 1 ? std::optional(near.front()) : std::nullopt;
}

}  // namespace notifyd::config
