// Boost.JSON keeps the last of two equal keys, so a second walk over the text looks for them.
#include "strict_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

// The parser's callbacks; `false` with an error code ends the walk.
class DuplicateFinder {
  public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    using Code = json::error_code;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) {
        open_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, Code&) {
        open_.pop_back();
        return true;
    }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t, Code&) { return true; }
    bool on_key_part(json::string_view part, std::size_t, Code&) {
        key_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, Code& error) {
        key_.append(part.data(), part.size());
        const bool is_new = open_.back().insert(std::move(key_)).second;
        key_.clear();
        if (!is_new) error = json::error::syntax;
        return is_new;
    }
    bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
    bool on_string(json::string_view, std::size_t, Code&) { return true; }
    bool on_number_part(json::string_view, Code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
    bool on_double(double, json::string_view, Code&) { return true; }
    bool on_bool(bool, Code&) { return true; }
    bool on_null(Code&) { return true; }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }

  private:
    std::vector<std::set<std::string, std::less<>>> open_;
    std::string key_;
};

}  // namespace

std::optional<json::object> parse_strict_object(std::string_view text) {
    json::parse_options options;
    options.max_depth = json_depth_max;
    json::error_code error;
    json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error || !value.is_object()) return std::nullopt;

    json::basic_parser<DuplicateFinder> walk(options);
    walk.write_some(false, text.data(), text.size(), error);
    if (error) return std::nullopt;
    return std::move(value.get_object());
}

}  // namespace notifyd::auth
