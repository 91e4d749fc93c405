// An event's line: its fields, and whether it is written.
// Owns:   the fields, until the line is written.
// Thread: any.
// Fails:  never.
#pragma once

#include "notifyd/observability/events.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace notifyd::observability {

// Collects fields on the stack, in the order in which the line shows them. Text that is empty does not apply.
class Fields {
  public:
    Fields& text(std::string_view name, std::string_view value) { return value.empty() ? *this : add(name, value); }
    Fields& number(std::string_view name, std::int64_t value) { return add(name, value); }
    Fields& real(std::string_view name, double value) { return add(name, value); }
    Fields& flag(std::string_view name, bool value) { return add(name, value); }

    Fields& user(const UserId& user) { return text("user_id", user.get()); }
    Fields& user(const UserId* user) { return user == nullptr ? *this : text("user_id", user->get()); }
    Fields& connection(ConnectionId id) {
        connection_text_ = id.get().to_string();
        return text("connection_id", connection_text_);
    }
    Fields& message(MessageId id) {
        message_text_ = id.get().to_string();
        return text("message_id", message_text_);
    }
    Fields& topic(const TopicName& topic) {
        if (topic.topic_class() == TopicClass::chat) return text("chat_id", topic.id());
        return text("topic_class", to_string(topic.topic_class())).text("topic_id", topic.id());
    }
    // The same of "chat:abc".
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
    Fields& add(std::string_view name, LogValue value) {
        if (used_ < fields_.size()) fields_[used_++] = LogField{name, value};
        return *this;
    }

    std::array<LogField, 12> fields_{};
    std::size_t used_ = 0;
    std::string connection_text_;
    std::string message_text_;
};

template <class Fill>
void log(LogSink& sink, const Clock& clock, LogLevel level, std::string_view event_type, Fill fill) {
    if (!sink.wants(level)) return;
    Fields fields;
    fill(fields);
    sink.write(LogLine{clock.now_ms(), level, event_type, fields.all()});
}

// Every event at debug; else the first of each second, marked as a sample.
template <class Fill>
void log_sampled(LogSink& sink, const Clock& clock, Sampler& sampler, std::string_view event_type, Fill fill) {
    if (sink.wants(LogLevel::debug)) {
        log(sink, clock, LogLevel::debug, event_type, fill);
    } else if (sink.wants(LogLevel::info) && sampler.admit(clock.steady_now())) {
        log(sink, clock, LogLevel::info, event_type, [&](Fields& fields) {
            fill(fields);
            fields.flag("sampled", true);
        });
    }
}

// What anybody can cause at any rate: every event at debug; else some a second, the next of which tells how many were
// left out.
template <class Fill>
void log_bounded(LogSink& sink,
                 const Clock& clock,
                 Bounded& bound,
                 std::string_view event_type,
                 Fill fill,
                 LogLevel level = LogLevel::info) {
    if (!sink.wants(LogLevel::debug) && !bound.sampler.admit(clock.steady_now())) {
        bound.left_out.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const std::int64_t left_out = bound.left_out.exchange(0, std::memory_order_relaxed);
    log(sink, clock, level, event_type, [&](Fields& fields) {
        fill(fields);
        if (left_out != 0) fields.number("left_out", left_out);
    });
}

}  // namespace notifyd::observability
