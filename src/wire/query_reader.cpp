// Looks up query parameters by name.
#include "query_reader.hpp"

#include "known_names.hpp"
#include "time_text.hpp"

#include <charconv>
#include <limits>
#include <span>
#include <utility>

namespace notifyd::wire {

namespace {

Error invalid(std::string_view name, std::string_view what) {
    return {Errc::invalid_request, std::string(name).append(what)};
}

}  // namespace

std::optional<std::uint64_t> parse_digits(std::string_view text) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> items;
    for (;;) {
        const std::size_t at = text.find(separator);
        items.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return items;
        text.remove_prefix(at + 1);
    }
}

std::vector<std::string_view> QueryReader::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : query_) {
        if (key == name) values.push_back(value);
    }
    return values;
}

Result<std::optional<std::string>> QueryReader::single(std::string_view name) const {
    std::optional<std::string> found;
    for (const auto& [key, value] : query_) {
        if (key != name) continue;
        if (found) return invalid(name, " is given more than once");
        found = value;
    }
    return found;
}

Result<std::optional<std::string>> QueryReader::single_or_empty(std::string_view name) const {
    auto text = single(name);
    if (text.has_value() && *text && (*text)->empty()) text->reset();
    return text;
}

Result<void> QueryReader::check_names(std::initializer_list<std::string_view> known) const {
    return wire::check_names(query_, std::span(known.begin(), known.size()));
}

Result<std::vector<std::string_view>> QueryReader::items(std::string_view name) const {
    std::vector<std::string_view> all;
    for (const auto& [key, value] : query_) {
        if (key != name || value.empty()) continue;
        for (const std::string_view item : split(value, ',')) {
            if (item.empty()) return invalid(name, " has an empty id");
            all.push_back(item);
        }
    }
    return all;
}

Result<TopicFields> QueryReader::topic_fields() const {
    auto chat_id = single("chatId");
    if (chat_id.has_error()) return chat_id.error();
    auto target_class = single("targetClass");
    if (target_class.has_error()) return target_class.error();
    auto target_id = single("targetId");
    if (target_id.has_error()) return target_id.error();
    return TopicFields{std::move(*chat_id), std::move(*target_class), std::move(*target_id)};
}

Result<TopicName> QueryReader::topic() const {
    const auto fields = topic_fields();
    if (fields.has_error()) return fields.error();
    return make_topic(*fields, "");
}

Result<std::optional<UserId>> QueryReader::user(std::string_view name) const {
    auto text = single(name);
    if (text.has_error()) return text.error();
    if (!*text) return std::optional<UserId>{};
    auto user = make_user_id(**text);
    if (user.has_error()) return user.error();
    return std::optional<UserId>(std::move(*user));
}

Result<std::size_t> QueryReader::limit(std::size_t fallback) const {
    const auto text = single("limit");
    if (text.has_error()) return text.error();
    if (!*text) return fallback;
    const auto value = parse_digits(**text);
    if (!value || *value < 1 || *value > limits::page_messages_max) {
        return invalid("limit", " must be a number from 1 to " + std::to_string(limits::page_messages_max));
    }
    return static_cast<std::size_t>(*value);
}

Result<bool> QueryReader::flag(std::string_view name) const {
    const auto text = single_or_empty(name);
    if (text.has_error()) return text.error();
    if (!*text || **text == "0" || **text == "false") return false;
    if (**text == "1" || **text == "true") return true;
    return invalid(name, " must be 1 or 0");
}

Result<std::optional<std::uint64_t>> QueryReader::number(std::string_view name) const {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    const auto text = single(name);
    if (text.has_error()) return text.error();
    if (!*text) return std::optional<std::uint64_t>{};
    const auto value = parse_digits(**text);
    if (!value || *value > largest) return invalid(name, " must be a number");
    return value;
}

Result<std::optional<EpochMs>> QueryReader::time(std::string_view name) const {
    const auto text = single(name);
    if (text.has_error()) return text.error();
    if (!*text) return std::optional<EpochMs>{};
    const auto value = read_time(**text, name);
    if (value.has_error()) return value.error();
    return std::optional<EpochMs>(*value);
}

}  // namespace notifyd::wire
