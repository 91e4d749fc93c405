// The address of a message: a class and an id, "chat:abc" (docs/protocol.md#topics).
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd {

enum class TopicClass : std::uint8_t { chat, user, org, hub, project };

[[nodiscard]] std::string_view to_string(TopicClass topic_class);
[[nodiscard]] std::optional<TopicClass> parse_topic_class(std::string_view text);

class TopicName {
  public:
    // The only ways to make a name; both validate the id (is_valid_id) and fail with invalid_request.
    [[nodiscard]] static Result<TopicName> make(TopicClass topic_class, std::string_view id);
    // From "chat:abc".
    [[nodiscard]] static Result<TopicName> parse(std::string_view text);

    [[nodiscard]] TopicClass topic_class() const { return class_; }
    [[nodiscard]] std::string_view id() const;
    // "chat:abc"
    [[nodiscard]] const std::string& text() const { return text_; }

    friend bool operator==(const TopicName& a, const TopicName& b) { return a.text_ == b.text_; }
    friend auto operator<=>(const TopicName& a, const TopicName& b) { return a.text_ <=> b.text_; }

  private:
    TopicName(TopicClass topic_class, std::string_view id);

    TopicClass class_;
    std::string text_;
};

// True for 1–256 bytes of valid UTF-8 without control characters (C0, DEL, C1) or commas.
[[nodiscard]] bool is_valid_id(std::string_view id);
// True for well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
[[nodiscard]] bool is_valid_utf8(std::string_view text);

// The topic to which every connection of a user is subscribed. The id must be valid (is_valid_id).
[[nodiscard]] Result<TopicName> own_topic(const UserId& user);

}  // namespace notifyd

template <>
struct std::hash<notifyd::TopicName> {
    std::size_t operator()(const notifyd::TopicName& topic) const noexcept {
        return std::hash<std::string>{}(topic.text());
    }
};
