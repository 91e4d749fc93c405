// Edit distance between names, for suggesting the one that was probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd {

// Passes each letter to `take`, in lower case (ASCII) and without underscores and hyphens: user_id, userID and user-id
// fold to the same name.
template <class Take>
void fold_name(std::string_view name, Take take) {
    for (const char character : name) {
        if (character == '_' || character == '-') continue;
        const bool is_capital = character >= 'A' && character <= 'Z';
        take(is_capital ? static_cast<char>(character - 'A' + 'a') : character);
    }
}
[[nodiscard]] std::string folded_name(std::string_view name);

// The number of letters to insert, remove, replace or swap with a neighbour to turn one name into the other (optimal
// string alignment distance). Names whose lengths differ by more than `most` give `most + 1` without a comparison.
[[nodiscard]] std::size_t letters_off(std::string_view one, std::string_view other, std::size_t most);

// Those of `known` that are nearest to `written` once folded, if they are at most `most` letters off; several if they
// are equally near.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view written,
                                                     std::span<const std::string> known,
                                                     std::size_t most);

// Whether letters_off is 1; allocates nothing.
[[nodiscard]] bool is_one_letter_off(std::string_view one, std::string_view other);

}  // namespace notifyd
