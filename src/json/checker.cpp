// A state machine over the tokens: it can stop between any two of them, and inside strings, numbers and whitespace.
#include "notifyd/json/checker.hpp"

#include "characters.hpp"
#include "plain_text.hpp"
#include "string_scan.hpp"

#include <algorithm>
#include <limits>

namespace notifyd::json {

Checker::Checker(std::string_view text, std::size_t depth_max, Outline* outline)
    : at_(text.data()), end_(text.data() + text.size()), stop_(at_), depth_max_(depth_max), outline_(outline) {}

bool Checker::step(std::size_t bytes) {
    if (is_done_) return false;
    stop_ = at_ + std::min(bytes, static_cast<std::size_t>(end_ - at_));
    const char* at = resume();
    while (at != nullptr) at = read_next(at);
    return !is_done_;
}

Fault Checker::finish() {
    static_cast<void>(step(std::numeric_limits<std::size_t>::max()));
    return fault_;
}

// Reads the rest of what the last step ended in.
const char* Checker::resume() {
    switch (next_) {
        case Next::rest_of_key:
            return read_key(at_);
        case Next::rest_of_string:
            return read_string(at_);
        case Next::rest_of_number:
            return read_number(at_);
        default:
            return at_;
    }
}

// Reads a whole member or element, if the step does not end inside it.
const char* Checker::read_next(const char* at) {
    switch (next_) {
        case Next::first_key:
            if (!skip_to_token(at)) return nullptr;
            if (*at == '}') return close(at);
            [[fallthrough]];
        case Next::key:
            if (!skip_to_token(at)) return nullptr;
            if (*at != '"') return end_check(Fault::syntax);
            at = read_key(begin_string(at));
            if (at == nullptr) return nullptr;
            [[fallthrough]];
        case Next::colon:
            if (!skip_to_token(at)) return nullptr;
            if (*at != ':') return end_check(Fault::syntax);
            next_ = Next::value;
            ++at;
            [[fallthrough]];
        case Next::value:
            if (!skip_to_token(at)) return nullptr;
            return read_value(at);
        case Next::first_element:
            if (!skip_to_token(at)) return nullptr;
            if (*at == ']') return close(at);
            return read_value(at);
        case Next::after_value:
            if (!skip_to_token(at)) return nullptr;
            if (*at == levels_.back().end) return close(at);
            if (*at != ',') return end_check(Fault::syntax);
            next_ = levels_.back().end == '}' ? Next::key : Next::value;
            return at + 1;
        default:
            return skip_to_token(at) ? end_check(Fault::syntax) : nullptr;
    }
}

// False: the step ends before the next token.
inline bool Checker::skip_to_token(const char*& at) {
    // Most tokens have no whitespace before them.
    if (at >= stop_ || *at <= ' ') at = skip_whitespace(at, stop_);
    if (at < stop_) return true;
    end_step(at);
    return false;
}

inline const char* Checker::read_value(const char* at) {
    if (!levels_.empty()) levels_.back().value = at;
    switch (*at) {
        case '"':
            return read_string(begin_string(at));
        case '{':
            return open(at, '}');
        case '[':
            return open(at, ']');
        case 't':
            return read_word(at, "true");
        case 'f':
            return read_word(at, "false");
        case 'n':
            return read_word(at, "null");
        default:
            number_ = {};
            return read_number(at);
    }
}

const char* Checker::read_word(const char* at, std::string_view word) {
    if (!between(at, end_).starts_with(word)) return end_check(Fault::syntax);
    return end_value(at + word.size());
}

inline const char* Checker::begin_string(const char* at) {
    token_ = at;
    has_escapes_ = false;
    return at + 1;
}

inline const char* Checker::read_string(const char* at) {
    at = find_quote(at, Next::rest_of_string);
    return at == nullptr ? nullptr : end_value(at + 1);
}

inline const char* Checker::read_key(const char* at) {
    at = find_quote(at, Next::rest_of_key);
    if (at == nullptr) return nullptr;
    const std::string_view text = between(token_, at + 1);
    const std::string_view key = has_escapes_ ? keys_.keep(unescape(text)) : between(token_ + 1, at);
    if (!keys_.add(key)) return end_check(Fault::duplicate_key);
    Level& object = levels_.back();
    object.key = key;
    object.key_text = text;
    next_ = Next::colon;
    return at + 1;
}

// The closing quote.
inline const char* Checker::find_quote(const char* at, Next if_paused) {
    for (;;) {
        at = skip_plain(at, stop_);
        if (at >= stop_) {
            next_ = if_paused;
            return end_step(at);
        }
        if (*at == '"') return at;
        at = skip_special(at);
        if (at == nullptr) return nullptr;
    }
}

// What comes after an escape, or characters outside ASCII.
const char* Checker::skip_special(const char* at) {
    if (*at == '\\') {
        has_escapes_ = true;
        const EscapeEnd escape = skip_escape(at, end_);
        return escape.at == nullptr ? end_check(escape.fault) : escape.at;
    }
    do {
        at = skip_utf8(at, end_);
        if (at == nullptr) return end_check(Fault::syntax);
    } while (at < stop_ && static_cast<signed char>(*at) < 0);
    return at;
}

const char* Checker::read_number(const char* at) {
    at = number_.take(at, stop_);
    if (at == nullptr) return end_check(Fault::syntax);
    if (at == stop_ && stop_ != end_) {
        next_ = Next::rest_of_number;
        return end_step(at);
    }
    return number_.is_complete() ? end_value(at) : end_check(Fault::syntax);
}

const char* Checker::open(const char* at, char end) {
    if (levels_.size() >= depth_max_) return end_check(Fault::too_deep);
    const bool is_object = end == '}';
    if (is_object) keys_.open();
    levels_.push_back({.end = end, .members = is_object ? place_of_members() : nullptr});
    next_ = is_object ? Next::first_key : Next::first_element;
    return at + 1;
}

// Of an object that begins.
Members* Checker::place_of_members() {
    if (outline_ == nullptr) return nullptr;
    if (levels_.empty()) return &outline_->outer;
    const Level& parent = levels_.back();
    const bool is_inner = parent.members == &outline_->outer && parent.key == outline_->inner_name;
    return is_inner ? &outline_->inner : nullptr;
}

const char* Checker::close(const char* at) {
    if (*at == '}' && !keys_.close()) return end_check(Fault::duplicate_key);
    levels_.pop_back();
    return end_value(at + 1);
}

// `at` is where the value ends.
inline const char* Checker::end_value(const char* at) {
    if (levels_.empty()) {
        next_ = Next::end;
        return at;
    }
    const Level& level = levels_.back();
    if (level.members != nullptr) {
        level.members->push_back({level.key, level.key_text, Value(between(level.value, at))});
    }
    next_ = Next::after_value;
    return at;
}

const char* Checker::end_step(const char* at) {
    at_ = at;
    if (stop_ != end_) return nullptr;
    return end_check(next_ == Next::end ? Fault::none : Fault::syntax);
}

const char* Checker::end_check(Fault fault) {
    fault_ = fault;
    is_done_ = true;
    return nullptr;
}

}  // namespace notifyd::json
