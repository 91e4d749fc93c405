// Checks an offer parameter by parameter.
#include "websocket/deflate_offer.hpp"

#include "http/field_lines.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace {

enum class Value : bool { none, window_bits };

struct Parameter {
    std::string_view name;
    Value value;
    // Smaller values are not valid, or not supported by deflate.
    int bits_min = 0;
    bool may_lack_value = false;
};

constexpr std::string_view name_of_extension = "permessage-deflate";
constexpr int bits_max = 15;
// zlib and Beast compress with a window of at least 9 bits; they inflate any.
const std::array parameters{Parameter{"server_no_context_takeover", Value::none},
                            Parameter{"client_no_context_takeover", Value::none},
                            Parameter{"server_max_window_bits", Value::window_bits, 9},
                            Parameter{"client_max_window_bits", Value::window_bits, 8, true}};

bool is_sound(const Parameter& parameter, std::string_view value) {
    if (value.empty()) return parameter.value == Value::none || parameter.may_lack_value;
    if (parameter.value == Value::none || value.front() == '0') return false;
    int bits = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), bits);
    return error == std::errc{} && stop == value.data() + value.size() && bits >= parameter.bits_min &&
           bits <= bits_max;
}

// The items between separators outside of quotes. (Beast's ext_list attributes the parameters of one extension to the
// next one, and loses a parameter without a value before a comma.)
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> items;
    bool is_quoted = false;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        if (at < text.size() && text[at] == '"') is_quoted = !is_quoted;
        if (at < text.size() && (is_quoted || text[at] != separator)) continue;
        items.push_back(trimmed(text.substr(begin, at - begin)));
        begin = at + 1;
    }
    return items;
}

std::string_view unquoted(std::string_view value) {
    const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    return is_quoted ? value.substr(1, value.size() - 2) : value;
}

// One extension as an acceptable offer; nullopt: another extension, or one to decline.
std::optional<std::string> read_offer(std::string_view extension) {
    std::string offer;
    std::array<bool, parameters.size()> seen{};
    for (const std::string_view item : split(extension, ';')) {
        if (offer.empty()) {
            if (!beast::iequals(item, name_of_extension)) return std::nullopt;
            offer = name_of_extension;
            continue;
        }
        const std::size_t equals = std::min(item.find('='), item.size());
        const std::string_view name = trimmed(item.substr(0, equals));
        const std::string_view value = equals == item.size() ? "" : unquoted(trimmed(item.substr(equals + 1)));
        const auto known = std::find_if(parameters.begin(), parameters.end(), [name](const Parameter& each) {
            return beast::iequals(each.name, name);
        });
        const bool has_empty_value = equals != item.size() && value.empty();
        if (known == parameters.end() || has_empty_value || !is_sound(*known, value)) return std::nullopt;
        const auto index = static_cast<std::size_t>(known - parameters.begin());
        if (std::exchange(seen.at(index), true)) return std::nullopt;
        offer.append("; ").append(known->name);
        if (!value.empty()) offer.append("=").append(value);
    }
    return offer;
}

}  // namespace

std::string choose_deflate_offer(std::string_view extensions) {
    for (const std::string_view extension : split(extensions, ',')) {
        if (std::optional<std::string> offer = read_offer(extension)) return std::move(*offer);
    }
    return {};
}

}  // namespace notifyd::gateway
