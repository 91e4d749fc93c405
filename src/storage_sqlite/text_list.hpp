// Lists of names in one column, separated by newlines, which no name contains.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::storage::sqlite {

template <class Texts, class TextOf = std::identity>
[[nodiscard]] std::string join_texts(const Texts& texts, TextOf text_of = {}) {
    std::string all;
    for (const auto& text : texts) {
        if (!all.empty()) all += '\n';
        all += text_of(text);
    }
    return all;
}

// Views into `all`.
[[nodiscard]] inline std::vector<std::string_view> split_texts(std::string_view all) {
    std::vector<std::string_view> texts;
    while (!all.empty()) {
        const std::size_t end = std::min(all.find('\n'), all.size());
        texts.push_back(all.substr(0, end));
        all.remove_prefix(std::min(end + 1, all.size()));
    }
    return texts;
}

[[nodiscard]] inline std::vector<std::string> split_to_strings(std::string_view all) {
    const std::vector<std::string_view> texts = split_texts(all);
    return {texts.begin(), texts.end()};
}

}  // namespace notifyd::storage::sqlite
