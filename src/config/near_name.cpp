// Nearness of names.
#include "near_name.hpp"

#include "notifyd/core/near_name.hpp"

#include <algorithm>
#include <cstddef>

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

// The only name that `accepts` accepts.
template <class Accepts>
std::optional<std::string> only_one(std::span<const std::string> known, Accepts accepts) {
    const auto found = std::ranges::find_if(known, accepts);
    if (found == known.end() || std::any_of(found + 1, known.end(), accepts)) return std::nullopt;
    return *found;
}

}  // namespace

std::optional<std::string> near_variable(std::string_view written, std::span<const std::string> known) {
    if (written.size() > name_bytes_max) return std::nullopt;
    const std::string name = folded_name(written);
    for (std::size_t off = 0; off <= letters_off_max; ++off) {
        const auto is_so_far = [&](const std::string& variable) {
            return letters_off(name, folded_name(variable), letters_off_max) == off;
        };
        if (std::ranges::any_of(known, is_so_far)) return only_one(known, is_so_far);
    }
    return only_one(known, [&](const std::string& variable) {
        return name == folded_name("NOTIFYD_" + std::string(last_part(variable)));
    });
}

}  // namespace notifyd::config
