// Reads names from an array.
#include "name_list.hpp"

#include <algorithm>

namespace notifyd::wire {

std::optional<std::vector<std::string>> read_names(json::Value value, std::size_t names_max) {
    if (value.kind() != json::Kind::array) return std::nullopt;
    std::vector<std::string> names;
    json::ElementCursor elements(value);
    std::size_t count = 0;
    while (const auto element = elements.next()) {
        auto name = element->as_string();
        // Repetitions count, too: each name is compared with all those before it.
        if (!name || ++count > names_max) return std::nullopt;
        if (std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(std::move(*name));
    }
    return names;
}

}  // namespace notifyd::wire
