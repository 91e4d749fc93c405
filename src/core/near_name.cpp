// Name folding and edit distance.
#include "notifyd/core/near_name.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace notifyd {

std::string folded_name(std::string_view name) {
    std::string folded;
    fold_name(name, [&folded](char letter) { folded += letter; });
    return folded;
}

std::size_t letters_off(std::string_view one, std::string_view other, std::size_t most) {
    if (one.size() > other.size()) std::swap(one, other);
    if (other.size() - one.size() > most) return most + 1;
    std::vector<std::size_t> before_last(other.size() + 1);
    std::vector<std::size_t> last(other.size() + 1);
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= one.size(); ++i) {
        before_last.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row.back();
}

std::vector<std::string> nearest_names(std::string_view written, std::span<const std::string> known, std::size_t most) {
    const std::string folded = folded_name(written);
    std::vector<std::string> nearest;
    std::size_t least = most;
    for (const std::string& name : known) {
        const std::size_t off = letters_off(folded, folded_name(name), most);
        if (off < least) nearest.clear();
        if (off > least) continue;
        least = off;
        nearest.push_back(name);
    }
    return nearest;
}

bool is_one_letter_off(std::string_view one, std::string_view other) {
    if (one.size() > other.size()) std::swap(one, other);
    if (other.size() - one.size() > 1) return false;
    const auto first = static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
    if (one.size() < other.size()) return one.substr(first) == other.substr(first + 1);
    if (first == one.size()) return false;
    if (one.substr(first + 1) == other.substr(first + 1)) return true;
    return first + 1 < one.size() && one[first] == other[first + 1] && one[first + 1] == other[first] &&
           one.substr(first + 2) == other.substr(first + 2);
}

}  // namespace notifyd
