// Boost.JSON's parser without a document: it validates, we watch keys, numbers and depth.
#include "json_check.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory_resource>
#include <new>
#include <optional>
#include <set>
#include <string>

namespace notifyd::wire {

namespace {

namespace json = boost::json;

// The keys of an object that has many, each compared as it comes: sorting them at the end would take long, all at once.
// Neither the set nor its nodes are destroyed one by one; their memory goes with the arena.
class ManyKeys {
  public:
    explicit ManyKeys(std::pmr::memory_resource& arena)
        : keys_(new (arena.allocate(sizeof(Keys), alignof(Keys))) Keys(&arena)) {}

    // False: it is there already.
    [[nodiscard]] bool add(std::string_view key) { return keys_->insert(key).second; }

  private:
    using Keys = std::pmr::set<std::string_view>;
    Keys* keys_;
};

// The keys of the objects that are open, innermost last. Keys without escapes are views into the text, so that a
// usual message costs no allocation.
class KeyStack {
  public:
    explicit KeyStack(std::string_view text) : text_(text) {}

    void open() { levels_.push_back({keys_.size(), std::nullopt}); }

    void add_part(std::string_view part) { parts_.append(part); }

    // `last` ends a key, `total` is the length of the whole key. False: the object has it already.
    [[nodiscard]] bool add(std::string_view last, std::size_t total) {
        if (parts_.empty() && last.size() == total && is_in_text(last)) return add_key(last);
        parts_.append(last);
        const std::string_view key = kept(parts_);
        parts_.clear();
        return add_key(key);
    }

    // Closes the innermost object; false if it names a key twice.
    [[nodiscard]] bool close() {
        const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(levels_.back().start);
        levels_.pop_back();
        const bool unique = are_unique(first, keys_.end());
        keys_.erase(first, keys_.end());
        return unique;
    }

  private:
    using Keys = boost::container::small_vector<std::string_view, 64>;
    static constexpr std::size_t many = 4096;

    // An object that is open.
    struct Level {
        std::size_t start;  // of its keys
        std::optional<ManyKeys> many_keys;
    };

    [[nodiscard]] bool is_in_text(std::string_view part) const {
        const std::less_equal<> before;
        return before(text_.data(), part.data()) && before(part.data() + part.size(), text_.data() + text_.size());
    }

    [[nodiscard]] std::string_view kept(std::string_view key) {
        if (key.empty()) return {};
        auto* const copy = static_cast<char*>(arena_.allocate(key.size(), 1));
        std::memcpy(copy, key.data(), key.size());
        return {copy, key.size()};
    }

    [[nodiscard]] bool add_key(std::string_view key) {
        Level& level = levels_.back();
        if (level.many_keys) return level.many_keys->add(key);
        keys_.push_back(key);
        if (keys_.size() - level.start < many) return true;
        level.many_keys.emplace(arena_);
        bool unique = true;
        for (auto at = keys_.begin() + static_cast<std::ptrdiff_t>(level.start); at != keys_.end(); ++at) {
            unique = level.many_keys->add(*at) && unique;
        }
        keys_.resize(level.start);
        return unique;
    }

    // Few keys are cheaper to compare than to sort.
    [[nodiscard]] static bool are_unique(Keys::iterator first, Keys::iterator last) {
        constexpr std::ptrdiff_t few = 24;
        if (last - first > few) {
            std::sort(first, last);
            return std::adjacent_find(first, last) == last;
        }
        for (auto key = first; key != last; ++key) {
            if (std::find(first, key, *key) != key) return false;
        }
        return true;
    }

    std::string_view text_;
    // For copies of keys, and for large sets of them.
    std::pmr::monotonic_buffer_resource arena_;
    Keys keys_;
    boost::container::small_vector<Level, 16> levels_;
    std::string parts_;
};

class Handler {
  public:
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

    explicit Handler(std::string_view text) : keys_(text) {}

    [[nodiscard]] bool saw_duplicate() const { return saw_duplicate_; }

    static bool on_document_begin(json::error_code&) { return true; }
    static bool on_document_end(json::error_code&) { return true; }
    static bool on_array_begin(json::error_code&) { return true; }
    static bool on_array_end(std::size_t, json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) {
        keys_.open();
        return true;
    }
    bool on_object_end(std::size_t, json::error_code& error) {
        if (keys_.close()) return true;
        saw_duplicate_ = true;
        error = json::error::syntax;
        return false;
    }
    static bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
    static bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        keys_.add_part({part.data(), part.size()});
        return true;
    }
    bool on_key(json::string_view last, std::size_t total, json::error_code& error) {
        if (keys_.add({last.data(), last.size()}, total)) return true;
        saw_duplicate_ = true;
        error = json::error::syntax;
        return false;
    }
    static bool on_number_part(json::string_view, json::error_code&) { return true; }
    static bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
    static bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
    static bool on_double(double value, json::string_view, json::error_code& error) {
        if (std::isfinite(value)) return true;
        error = json::error::exponent_overflow;
        return false;
    }
    static bool on_bool(bool, json::error_code&) { return true; }
    static bool on_null(json::error_code&) { return true; }
    static bool on_comment_part(json::string_view, json::error_code&) { return true; }
    static bool on_comment(json::string_view, json::error_code&) { return true; }

  private:
    KeyStack keys_;
    bool saw_duplicate_ = false;
};

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Whether a text that is broken off here ends in `\ud800` to `\udbff`, and perhaps the backslash of something else: the
// parser has an error of its own for some of these places only.
bool ends_in_leading_surrogate(std::string_view text) {
    constexpr std::size_t escape_bytes = 6;
    if (text.ends_with('\\')) text.remove_suffix(1);
    if (text.size() < escape_bytes) return false;
    const std::string_view escape = text.substr(text.size() - escape_bytes);
    const auto is_one_of = [](char c, std::string_view letters) { return letters.find(c) != std::string_view::npos; };
    if (escape[0] != '\\' || escape[1] != 'u' || !is_one_of(escape[2], "dD") || !is_one_of(escape[3], "89abAB")) {
        return false;
    }
    // A backslash that is escaped itself begins nothing.
    const std::string_view before = text.substr(0, text.size() - escape_bytes);
    return (before.size() - (before.find_last_not_of('\\') + 1)) % 2 == 0;
}

// Of a parser that has stopped with an error behind `read`.
JsonFault fault_of(json::error_code error, const Handler& handler, std::string_view read) {
    if (error == json::error::too_deep) return JsonFault::too_deep;
    if (handler.saw_duplicate()) return JsonFault::duplicate_key;
    const bool is_half = error == json::error::illegal_leading_surrogate ||
                         error == json::error::illegal_trailing_surrogate ||
                         error == json::error::expected_utf16_escape || ends_in_leading_surrogate(read);
    return is_half ? JsonFault::half_surrogate_pair : JsonFault::syntax;
}

}  // namespace

struct JsonChecker::Impl {
    Impl(std::string_view checked, const JsonLimits& limits) : text(checked), parser(options_of(limits), checked) {}

    static json::parse_options options_of(const JsonLimits& limits) {
        json::parse_options options;
        options.max_depth = limits.depth_max;
        return options;
    }

    std::string_view text;
    json::basic_parser<Handler> parser;
    std::size_t at = 0;
};

JsonChecker::JsonChecker(std::string_view text, const JsonLimits& limits)
    : impl_(std::make_unique<Impl>(text, limits)) {}
JsonChecker::~JsonChecker() = default;

bool JsonChecker::step(std::size_t bytes) {
    if (impl_ == nullptr) return false;
    Impl& impl = *impl_;
    const std::string_view piece = impl.text.substr(impl.at, bytes);
    const bool more = impl.at + piece.size() < impl.text.size();
    json::error_code error;
    const std::size_t used = impl.parser.write_some(more, piece.data(), piece.size(), error);
    impl.at += used;
    if (!error && more && used == piece.size()) return true;
    if (error) {
        fault_ = fault_of(error, impl.parser.handler(), impl.text.substr(0, impl.at));
    } else {
        fault_ = is_blank(impl.text.substr(impl.at)) ? JsonFault::none : JsonFault::syntax;
    }
    impl_.reset();
    return false;
}

JsonFault check_json(std::string_view text, const JsonLimits& limits) {
    if (text.empty()) return JsonFault::syntax;
    JsonChecker::Impl whole(text, limits);
    json::error_code error;
    const std::size_t used = whole.parser.write_some(false, text.data(), text.size(), error);
    if (error) return fault_of(error, whole.parser.handler(), text.substr(0, used));
    return is_blank(text.substr(used)) ? JsonFault::none : JsonFault::syntax;
}

Error json_error(JsonFault fault, JsonSource source) {
    const bool is_body = source == JsonSource::body;
    std::string sentence = is_body ? "Request body is not valid JSON" : "Message is not valid JSON";
    switch (fault) {
        case JsonFault::none:
        case JsonFault::syntax:
            break;
        case JsonFault::too_deep:
            sentence += ": it is nested too deep";
            break;
        case JsonFault::duplicate_key:
            sentence += ": an object names a key twice";
            break;
        case JsonFault::half_surrogate_pair:
            // RFC 8259 §8.2 calls it grammatical, but no UTF-8 can carry it to the receivers.
            sentence = is_body ? "A string in the request body" : "A string in the message";
            sentence += " contains half of a surrogate pair (\\uD800 to \\uDFFF): send both halves, or U+FFFD instead";
            break;
    }
    return {Errc::invalid_json, std::move(sentence)};
}

}  // namespace notifyd::wire
