// Boost.JSON keeps the last of two equal keys, so a second pass over the text looks for duplicates.
#include "strict_json.hpp"

#include "notifyd/json/duplicate_keys.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

Error bad_json(std::string why) {
    return {Errc::invalid_request, std::move(why)};
}

// The parser's callbacks; returning `false` with an error code ends the pass.
class DuplicateFinder {
  public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    using Code = json::error_code;

    // `list` names a member of the outermost object; empty: a duplicate is an error wherever it is.
    explicit DuplicateFinder(std::string_view list) : list_(list) {}

    [[nodiscard]] std::set<std::size_t> take_doubtful() { return std::move(doubtful_); }

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) {
        keys_.open();
        return count() && open(Kind::object);
    }
    bool on_object_end(std::size_t, Code& error) {
        const bool passes = keys_.close() || pass_duplicate(error);
        return passes && close();
    }
    bool on_array_begin(Code&) { return count() && open(Kind::array); }
    bool on_array_end(std::size_t, Code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, Code&) {
        key_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, Code& error) {
        key_.append(part.data(), part.size());
        if (open_.size() == 1) member_ = key_;
        const std::string_view key = keys_.keep(key_);
        key_.clear();
        return keys_.add(key) || pass_duplicate(error);
    }
    bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
    bool on_string(json::string_view, std::size_t, Code&) { return count(); }
    bool on_number_part(json::string_view, Code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, Code&) { return count(); }
    bool on_uint64(std::uint64_t, json::string_view, Code&) { return count(); }
    bool on_double(double, json::string_view, Code&) { return count(); }
    bool on_bool(bool, Code&) { return count(); }
    bool on_null(Code&) { return count(); }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }

  private:
    enum class Kind : std::uint8_t { object, array };
    struct Level {
        Kind kind;
        std::size_t elements = 0;
    };

    bool open(Kind kind) {
        open_.push_back({kind});
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    // A value has begun or been read.
    bool count() {
        if (!open_.empty()) ++open_.back().elements;
        return true;
    }
    // The innermost object has a duplicate key: an error, unless it is inside a list element, which becomes doubtful.
    bool pass_duplicate(Code& error) {
        if (is_in_element()) {
            doubtful_.insert(open_[1].elements - 1);
            return true;
        }
        error = json::error::syntax;
        return false;
    }
    [[nodiscard]] bool is_in_element() const {
        return !list_.empty() && member_ == list_ && open_.size() > 2 && open_[1].kind == Kind::array;
    }

    std::string_view list_;
    std::string member_;  // the current member of the outermost object
    std::set<std::size_t> doubtful_;
    std::vector<Level> open_;
    notifyd::json::DuplicateKeys keys_;
    std::string key_;
};

}  // namespace

Result<ObjectWithList> parse_object_with_list(std::string_view text, std::string_view list, std::size_t depth_max) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::error_code error;
    json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    json::error_code stopped;
    json::basic_parser<DuplicateFinder> walk(options, list);
    const std::size_t read = walk.write_some(false, text.data(), text.size(), stopped);
    if (error) return bad_json(error.message() + " at byte " + std::to_string(read + 1));
    if (!value.is_object()) return bad_json("it is not a JSON object");
    if (stopped) return bad_json("a duplicate member at byte " + std::to_string(read + 1));
    return ObjectWithList{std::move(value.get_object()), walk.handler().take_doubtful()};
}

std::string why_unreadable_json(std::string_view text, std::size_t depth_max) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::error_code error;
    static_cast<void>(json::parse(json::string_view(text.data(), text.size()), error, {}, options));
    return error ? error.message() : std::string();
}

std::optional<json::object> parse_strict_object(std::string_view text) {
    Result<ObjectWithList> parsed = parse_object_with_list(text, {}, json_depth_max);
    if (!parsed) return std::nullopt;
    return std::move(parsed->object);
}

}  // namespace notifyd::auth
