// The fields of one log line, in the order in which the line shows them. An event fills them in its describe().
// Owns:   short texts that the event does not hold itself; otherwise views, until the line is written.
// Thread: one line's.
// Fails:  never: a field beyond the last place is dropped.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/observability/log.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace notifyd::observability {

class Fields {
  public:
    Fields() = default;
    Fields(const Fields&) = delete;
    Fields& operator=(const Fields&) = delete;

    Fields& add(std::string_view name, LogValue value) {
        if (used_ < fields_.size()) fields_[used_++] = LogField{name, value};
        return *this;
    }
    // Empty text does not apply and is left out.
    Fields& text(std::string_view name, std::string_view value) { return value.empty() ? *this : add(name, value); }
    Fields& number(std::string_view name, std::int64_t value) { return add(name, value); }
    Fields& real(std::string_view name, double value) { return add(name, value); }
    Fields& flag(std::string_view name, bool value) { return add(name, value); }
    // Text that is made for the line.
    Fields& own_text(std::string_view name, std::string value) {
        if (owned_used_ == owned_.size()) return *this;
        std::string& kept = owned_[owned_used_++];
        kept = std::move(value);
        return text(name, kept);
    }

    Fields& user(const UserId& user) { return text("user_id", user.get()); }
    Fields& user(const UserId* user) { return user == nullptr ? *this : text("user_id", user->get()); }
    Fields& connection(ConnectionId id) { return own_text("connection_id", id.get().to_string()); }
    Fields& message(MessageId id) { return own_text("message_id", id.get().to_string()); }
    Fields& topic(const TopicName& topic) {
        if (topic.topic_class() == TopicClass::chat) return text("chat_id", topic.id());
        return text("topic_class", to_string(topic.topic_class())).text("topic_id", topic.id());
    }
    // The same for "chat:abc".
    Fields& topic_text(std::string_view topic) {
        const std::size_t colon = topic.find(':');
        if (colon == std::string_view::npos) return *this;
        if (topic.substr(0, colon) == to_string(TopicClass::chat)) return text("chat_id", topic.substr(colon + 1));
        return text("topic_class", topic.substr(0, colon)).text("topic_id", topic.substr(colon + 1));
    }
    // 0 means "not numbered".
    Fields& sequence(Sequence sequence) {
        return sequence == 0 ? *this : number("sequence_number", static_cast<std::int64_t>(sequence));
    }

    [[nodiscard]] std::span<const LogField> all() const { return std::span(fields_).first(used_); }

  private:
    std::array<LogField, 12> fields_{};
    std::size_t used_ = 0;
    std::array<std::string, 3> owned_;
    std::size_t owned_used_ = 0;
};

}  // namespace notifyd::observability
