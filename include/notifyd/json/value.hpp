// Views of the values in a JSON text that has been checked: nothing is copied, and the text must outlive them.
// In a text that was not checked a view may be wrong, but stays inside the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::json {

enum class Kind : std::uint8_t { none, null, boolean, number, string, array, object };

// A value as its own text, without whitespace around it. An empty text stands for a value that is absent.
class Value {
  public:
    Value() = default;
    explicit Value(std::string_view text) : text_(text) {}

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] Kind kind() const;
    [[nodiscard]] bool exists() const { return !text_.empty(); }

    // The unescaped string; nullopt if this is not a string.
    [[nodiscard]] std::optional<std::string> as_string() const;
    [[nodiscard]] std::optional<bool> as_boolean() const;
    // Digits only: no sign, fraction or exponent; at most 2^64-1.
    [[nodiscard]] std::optional<std::uint64_t> as_unsigned() const;

  private:
    std::string_view text_;
};

// The value that the whole text is.
[[nodiscard]] Value root_value(std::string_view text);

struct Member {
    std::string_view key;       // unescaped
    std::string_view key_text;  // as written, with its quotes
    Value value;
};

// Walks the members of an object, in the order of the text.
class MemberCursor {
  public:
    explicit MemberCursor(Value object);

    // nullopt after the last. An unescaped key is valid until the next call.
    [[nodiscard]] std::optional<Member> next();

  private:
    std::string_view rest_;
    std::string unescaped_;
};

// Walks the elements of an array.
class ElementCursor {
  public:
    explicit ElementCursor(Value array);

    // nullopt after the last.
    [[nodiscard]] std::optional<Value> next();

  private:
    std::string_view rest_;
};

// The string between its quotes, without the escapes.
[[nodiscard]] std::string unescape(std::string_view quoted);

}  // namespace notifyd::json
