// Writes the JSON objects of replies. Names are plain literals; members keep the order of the calls.
//
//     void write_block(ObjectWriter& object, const UserBlock& block) {
//         object.text("userId", block.user.get()).time("blockedAt", block.blocked_at).time("until", block.until);
//     }
//     JsonReply reply;
//     reply.text("message", "User blocked successfully").object("block", block, write_block);
//     return reply.take();
//
// The text is written at once: building a tree first and serializing it makes a page of a hundred rows several times
// slower.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/topic_name.hpp"

#include "json_writer.hpp"

#include <concepts>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace notifyd::wire {

class ObjectWriter {
  public:
    // The text must outlive the writer. It is not touched before the first member, and complete after finish().
    explicit ObjectWriter(std::string& out) : out_(out) {}
    ObjectWriter(const ObjectWriter&) = delete;
    ObjectWriter& operator=(const ObjectWriter&) = delete;
    ~ObjectWriter() = default;

    // Bytes that are not UTF-8 become U+FFFD.
    ObjectWriter& text(std::string_view name, std::string_view value);
    template <std::integral Number>
    requires(!std::same_as<Number, bool>) ObjectWriter& number(std::string_view name, Number value) {
        append_number(begin(name), value);
        return *this;
    }
    ObjectWriter& flag(std::string_view name, bool value);
    // A time as an ISO 8601 string.
    ObjectWriter& time(std::string_view name, EpochMs value);

    // Without a value, the member is left out. (Templates, so that no other type is converted to an optional.)
    template <class Text>
    ObjectWriter& text(std::string_view name, const std::optional<Text>& value) {
        return value ? text(name, std::string_view(*value)) : *this;
    }
    template <class Number>
    ObjectWriter& number(std::string_view name, const std::optional<Number>& value) {
        return value ? number(name, *value) : *this;
    }
    template <class Time>
    ObjectWriter& time(std::string_view name, const std::optional<Time>& value) {
        return value ? time(name, *value) : *this;
    }

    // The members that name a topic: chatId, or targetClass and targetId.
    ObjectWriter& topic(const TopicName& topic);

    // `write(ObjectWriter&, value)` writes the members of an object.
    template <class Value, class Write>
    ObjectWriter& object(std::string_view name, const Value& value, Write write) {
        begin(name);
        add_object(value, write);
        return *this;
    }
    template <std::ranges::input_range Values, class Write>
    ObjectWriter& objects(std::string_view name, const Values& values, Write write) {
        return array(name, values, [&](const auto& value) { add_object(value, write); });
    }
    template <std::ranges::input_range Texts>
    ObjectWriter& texts(std::string_view name, const Texts& texts) {
        return array(name, texts, [&](std::string_view text) { append_string(out_, text); });
    }

    // The place to which the caller appends the member's value: text that is JSON already.
    [[nodiscard]] std::string& raw(std::string_view name) { return begin(name); }

    // Members that are JSON text already, without braces; not none.
    ObjectWriter& members(std::string_view text);

    void finish();

  private:
    std::string& begin(std::string_view name);

    template <class Values, class Add>
    ObjectWriter& array(std::string_view name, const Values& values, Add add) {
        begin(name);
        char before = '[';
        for (const auto& value : values) {
            out_ += std::exchange(before, ',');
            add(value);
        }
        out_ += before == '[' ? "[]" : "]";
        return *this;
    }
    template <class Value, class Write>
    void add_object(const Value& value, Write& write) {
        ObjectWriter object(out_);
        write(object, value);
        object.finish();
    }

    std::string& out_;
    char before_ = '{';  // the next member
};

// An object that is a whole text.
class JsonReply : public ObjectWriter {
  public:
    JsonReply() : ObjectWriter(text_) {}

    // At the end.
    [[nodiscard]] std::string take() {
        finish();
        return std::move(text_);
    }

  private:
    std::string text_;
};

// One page of a list: its rows, their number, and the key of the next page unless this is the last.
template <class Row, class Write>
[[nodiscard]] std::string page_reply(std::string_view name,
                                     std::span<const Row> rows,
                                     Write write,
                                     const std::optional<std::string>& next_key) {
    JsonReply reply;
    reply.objects(name, rows, write).number("count", rows.size()).text("nextStartKey", next_key);
    return reply.take();
}

}  // namespace notifyd::wire
