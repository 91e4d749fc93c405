// Nearness of names.
#include "near_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace notifyd::config {

namespace {

constexpr std::size_t letters_off_max = 2;
// No variable is longer; what is would only cost time.
constexpr std::size_t name_bytes_max = 128;

// Upper case, without underscores.
std::string folded(std::string_view name) {
    std::string out;
    for (const char character : name) {
        if (character == '_') continue;
        out += character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A') : character;
    }
    return out;
}

// Letters to insert, remove or replace to make the one of the other (Levenshtein).
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

// "NOTIFYD_AUTH__AUDIENCE" -> "AUDIENCE"
std::string_view last_part(std::string_view variable) {
    const std::size_t separator = variable.rfind("__");
    return separator == std::string_view::npos ? std::string_view() : variable.substr(separator + 2);
}

// Of the names that it accepts, the only one.
template <class Accepts>
std::optional<std::string> only_one(std::span<const std::string> known, Accepts accepts) {
    const auto found = std::ranges::find_if(known, accepts);
    if (found == known.end() || std::any_of(found + 1, known.end(), accepts)) return std::nullopt;
    return *found;
}

}  // namespace

std::optional<std::string> near_variable(std::string_view written, std::span<const std::string> known) {
    if (written.size() > name_bytes_max) return std::nullopt;
    const std::string name = folded(written);
    for (std::size_t off = 0; off <= letters_off_max; ++off) {
        const auto is_so_far = [&](const std::string& variable) { return distance(name, folded(variable)) == off; };
        if (std::ranges::any_of(known, is_so_far)) return only_one(known, is_so_far);
    }
    return only_one(known, [&](const std::string& variable) {
        return name == folded("NOTIFYD_" + std::string(last_part(variable)));
    });
}

}  // namespace notifyd::config
