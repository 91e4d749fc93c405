// The parts that the protocol's JSON texts have in common.
#include "json_writer.hpp"

#include <cstddef>

namespace notifyd::wire {

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
    append_array(out, topics, [](std::string& array, const TopicName& topic) { append_string(array, topic.text()); });
}

void append_string_array(std::string& out, std::span<const std::string> texts) {
    append_array(out, texts, [](std::string& array, const std::string& text) { append_string(array, text); });
}

void append_counts(std::string& out, std::size_t count) {
    append_number_member(out, ",\"count\":", count);
    append_number_member(out, ",\"scannedCount\":", count);
}

}  // namespace notifyd::wire
