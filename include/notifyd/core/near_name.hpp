// How near two names are, for finding the one that somebody meant.
// Owns: nothing. Thread: any. Fails: never.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd {

// In lower case (ASCII), without underscores and hyphens: user_id, userID and user-id are one name. Gives each letter
// to `take`.
template <class Take>
void fold_name(std::string_view name, Take take) {
    for (const char character : name) {
        if (character == '_' || character == '-') continue;
        const bool is_capital = character >= 'A' && character <= 'Z';
        take(is_capital ? static_cast<char>(character - 'A' + 'a') : character);
    }
}
[[nodiscard]] std::string folded_name(std::string_view name);

// How many letters to insert, remove, replace, or swap with their neighbour to make one name of the other (the optimal
// string alignment distance). Names that differ in length by more than `most` are `most + 1` apart, without a look.
[[nodiscard]] std::size_t letters_off(std::string_view one, std::string_view other, std::size_t most);

// Those of `known` that are nearest to `written` once folded, if they are at most `most` letters off; several, if they
// are equally near.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view written,
                                                     std::span<const std::string> known,
                                                     std::size_t most);

// Whether letters_off is 1; costs no memory.
[[nodiscard]] bool is_one_letter_off(std::string_view one, std::string_view other);

}  // namespace notifyd
