// What JSON texts of the protocol have in common.
#include "json_writer.hpp"

#include <cstddef>

namespace notifyd::wire {

namespace {

template <class Item, class Append>
void append_array(std::string& out, std::span<const Item> items, Append append) {
    out += '[';
    bool first = true;
    for (const Item& item : items) {
        if (!first) out += ',';
        first = false;
        append(item);
    }
    out += ']';
}

}  // namespace

void append_time(std::string& out, EpochMs time) {
    constexpr std::size_t length = 24;
    out += '"';
    const std::size_t at = out.size();
    out.resize(at + length);
    write_iso8601(time, out.data() + at);
    out += '"';
}

void append_topic(std::string& out, const TopicName& topic) {
    if (topic.topic_class() == TopicClass::chat) {
        append_string_member(out, "\"chatId\":", topic.id());
    } else {
        append_string_member(out, "\"targetClass\":", to_string(topic.topic_class()));
        append_string_member(out, ",\"targetId\":", topic.id());
    }
}

void append_topic_array(std::string& out, std::span<const TopicName> topics) {
    append_array(out, topics, [&](const TopicName& topic) { append_string(out, topic.text()); });
}

void append_string_array(std::string& out, std::span<const std::string> texts) {
    append_array(out, texts, [&](const std::string& text) { append_string(out, text); });
}

}  // namespace notifyd::wire
