#include "object_writer.hpp"

namespace notifyd::wire {

std::string& ObjectWriter::begin(std::string_view name) {
    const char opening[] = {std::exchange(before_, ','), '"'};
    return out_.append(opening, sizeof opening).append(name).append("\":");
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
    append_string(begin(name), value);
    return *this;
}

ObjectWriter& ObjectWriter::flag(std::string_view name, bool value) {
    begin(name) += value ? "true" : "false";
    return *this;
}

ObjectWriter& ObjectWriter::time(std::string_view name, EpochMs value) {
    append_time(begin(name), value);
    return *this;
}

ObjectWriter& ObjectWriter::topic(const TopicName& topic) {
    out_ += std::exchange(before_, ',');
    append_topic(out_, topic);
    return *this;
}

ObjectWriter& ObjectWriter::members(std::string_view text) {
    out_ += std::exchange(before_, ',');
    out_ += text;
    return *this;
}

void ObjectWriter::finish() {
    out_ += before_ == '{' ? "{}" : "}";
}

}  // namespace notifyd::wire
