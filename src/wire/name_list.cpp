// Reads names from an array.
#include "name_list.hpp"

#include "notifyd/core/limits.hpp"

#include "invalid.hpp"

#include <algorithm>
#include <utility>

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

Result<std::vector<TopicName>> read_topics(json::Value value) {
    std::vector<TopicName> topics;
    if (!value.exists()) return topics;
    const auto names = read_names(value, limits::connect_topics_max);
    if (!names) return invalid("topics must be an array of at most 100 strings");
    for (const std::string& name : *names) {
        auto topic = TopicName::parse(name);
        if (topic.has_error()) return topic.error();
        topics.push_back(std::move(*topic));
    }
    return topics;
}

}  // namespace notifyd::wire
