// If the parser rejects a set, it is split into entries by brackets and quotation marks alone. Entries that the parser
// rejects, too, are replaced, and the whole is parsed again: whatever is used has still been read by the one strict
// parser.
#include "jwks_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

constexpr std::string_view list_name = "keys";
// Deeper than any certificate chain or policy that a provider puts beside a key. Destroying a value recurses over its
// depth.
constexpr std::size_t set_depth_max = 256;
constexpr std::size_t entry_depth_max = set_depth_max - 2;  // inside the list, inside the set

// Finds the elements of a list in a text.
class ElementFinder {
  public:
    explicit ElementFinder(std::string_view text) : text_(text) {}

    // The elements of the list in a member of the outermost object. Empty: there is no such list, or it does not end.
    [[nodiscard]] std::vector<std::string_view> elements_of(std::string_view member) {
        std::string_view name;
        for (; at_ < text_.size(); ++at_) {
            switch (text_[at_]) {
                case '"':
                    if (const std::string_view found = skip_string(); depth_ == 1) name = found;
                    break;
                case '[':
                    if (depth_ == 1 && name == member) return elements_from(at_ + 1);
                    [[fallthrough]];
                case '{':
                    ++depth_;
                    break;
                case ']':
                case '}':
                    if (depth_ == 0) return {};
                    --depth_;
                    break;
                default:
                    break;
            }
        }
        return {};
    }

  private:
    [[nodiscard]] std::vector<std::string_view> elements_from(std::size_t begin) {
        std::vector<std::string_view> elements;
        std::size_t depth = 0;
        for (at_ = begin; at_ < text_.size(); ++at_) {
            const char character = text_[at_];
            if (character == '"') skip_string();
            if (character == '[' || character == '{') ++depth;
            const bool ends_list = character == ']' && depth == 0;
            if (ends_list || (character == ',' && depth == 0)) {
                elements.push_back(text_.substr(begin, at_ - begin));
                begin = at_ + 1;
            }
            if (ends_list) return elements;
            if (character == ']' || character == '}') {
                if (depth == 0) return {};
                --depth;
            }
        }
        return {};
    }
    // Stays on the closing quotation mark.
    std::string_view skip_string() {
        const std::size_t begin = ++at_;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        const std::size_t end = std::min(at_, text_.size());
        return text_.substr(begin, end - begin);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<JwksText> parse_jwks_text(std::string_view text) {
    Result<ObjectWithList> whole = parse_object_with_list(text, list_name, set_depth_max);
    if (whole) return JwksText{std::move(*whole), {}};

    std::map<std::size_t, std::string> unreadable;
    std::string repaired;
    std::size_t copied = 0;
    const std::vector<std::string_view> elements = ElementFinder(text).elements_of(list_name);
    for (std::size_t at = 0; at < elements.size(); ++at) {
        // An extra comma is not the fault of an entry.
        if (is_blank(elements[at])) return whole.error();
        std::string why = why_unreadable_json(elements[at], entry_depth_max);
        if (why.empty()) continue;
        unreadable.emplace(at, "it is not readable JSON: " + why);
        const auto begin = static_cast<std::size_t>(elements[at].data() - text.data());
        repaired.append(text.substr(copied, begin - copied)).append("null");
        copied = begin + elements[at].size();
    }
    if (unreadable.empty()) return whole.error();
    repaired.append(text.substr(copied));
    Result<ObjectWithList> rest = parse_object_with_list(repaired, list_name, set_depth_max);
    if (!rest) return whole.error();
    json::array& entries = rest->object.at({list_name.data(), list_name.size()}).as_array();
    for (const auto& [at, why] : unreadable) entries.at(at) = json::string(elements[at].data(), elements[at].size());
    return JwksText{std::move(*rest), std::move(unreadable)};
}

}  // namespace notifyd::auth
