// Views into a JSON text that check_json has passed: members and elements are found, never copied.
// Owns:   nothing; the text must outlive the views.
// Thread: any.
// Fails:  never; on a text that was not checked the views may be wrong but stay inside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::wire {

enum class JsonKind : std::uint8_t { none, null, boolean, number, string, array, object };

// One value as its own text, without whitespace around it. Empty: there is no such value.
class JsonValue {
  public:
    JsonValue() = default;
    explicit JsonValue(std::string_view text) : text_(text) {}

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] JsonKind kind() const;
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
[[nodiscard]] JsonValue root_value(std::string_view text);

struct JsonMember {
    std::string_view key;       // unescaped
    std::string_view key_text;  // with its quotes, as it stands in the text
    JsonValue value;
};

// Walks the members of an object, in the order of the text.
class MemberCursor {
  public:
    explicit MemberCursor(JsonValue object);

    // The next member, or nullopt behind the last. An escaped key is valid until the next call.
    [[nodiscard]] std::optional<JsonMember> next();

  private:
    std::string_view rest_;
    std::string unescaped_;
};

// Walks the elements of an array.
class ElementCursor {
  public:
    explicit ElementCursor(JsonValue array);

    [[nodiscard]] std::optional<JsonValue> next();

  private:
    std::string_view rest_;
};

}  // namespace notifyd::wire
