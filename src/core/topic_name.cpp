// Topic names and the rules for ids.
#include "notifyd/core/topic_name.hpp"

#include "notifyd/core/limits.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace notifyd {

namespace {

constexpr std::array<std::string_view, 5> class_names{"chat", "user", "org", "hub", "project"};

// The code point at `at`: its value and length; length 0 if the bytes are not valid UTF-8.
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t length = 0;
};

CodePoint decode_utf8(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    std::size_t length = 0;
    std::uint32_t value = 0;
    std::uint32_t smallest = 0;
    if ((lead & 0xE0U) == 0xC0U) {
        length = 2, value = lead & 0x1FU, smallest = 0x80;
    } else if ((lead & 0xF0U) == 0xE0U) {
        length = 3, value = lead & 0x0FU, smallest = 0x800;
    } else if ((lead & 0xF8U) == 0xF0U) {
        length = 4, value = lead & 0x07U, smallest = 0x10000;
    } else {
        return {};
    }
    if (at + length > text.size()) return {};
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        value = value << 6U | (byte(i) & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest || value > 0x10FFFF || surrogate) return {};
    return {value, length};
}

// The number of leading ASCII bytes. Most text is ASCII, so it checks eight bytes at a time.
std::size_t count_ascii(std::string_view text) {
    constexpr std::uint64_t top_bits = 0x8080'8080'8080'8080;
    std::size_t count = 0;
    for (std::uint64_t eight = 0; text.size() - count >= sizeof eight; count += sizeof eight) {
        std::memcpy(&eight, text.data() + count, sizeof eight);
        if ((eight & top_bits) != 0) break;
    }
    while (count < text.size() && static_cast<unsigned char>(text[count]) < 0x80) ++count;
    return count;
}

bool is_control(std::uint32_t value) {
    return value < 0x20 || (value >= 0x7F && value <= 0x9F);
}

}  // namespace

std::string_view to_string(TopicClass topic_class) {
    return class_names[static_cast<std::size_t>(topic_class)];
}

std::optional<TopicClass> parse_topic_class(std::string_view text) {
    for (std::size_t i = 0; i < class_names.size(); ++i) {
        if (class_names[i] == text) return static_cast<TopicClass>(i);
    }
    return std::nullopt;
}

bool is_valid_utf8(std::string_view text) {
    for (std::size_t at = count_ascii(text); at < text.size(); at += count_ascii(text.substr(at))) {
        const CodePoint point = decode_utf8(text, at);
        if (point.length == 0) return false;
        at += point.length;
    }
    return true;
}

bool is_valid_id(std::string_view id) {
    if (id.empty() || id.size() > limits::id_bytes_max) return false;
    for (std::size_t at = 0; at < id.size();) {
        const CodePoint point = decode_utf8(id, at);
        if (point.length == 0 || is_control(point.value) || point.value == ',') return false;
        at += point.length;
    }
    return true;
}

TopicName::TopicName(TopicClass topic_class, std::string_view id) : class_(topic_class) {
    const std::string_view name = to_string(topic_class);
    text_.reserve(name.size() + 1 + id.size());
    text_.append(name).append(1, ':').append(id);
}

std::string_view TopicName::id() const {
    return std::string_view(text_).substr(to_string(class_).size() + 1);
}

Result<TopicName> TopicName::make(TopicClass topic_class, std::string_view id) {
    if (!is_valid_id(id)) {
        return Error{Errc::invalid_request,
                     "An id must have 1 to 256 bytes of UTF-8 without control characters and commas"};
    }
    return TopicName(topic_class, id);
}

Result<TopicName> TopicName::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
        if (const auto topic_class = parse_topic_class(text.substr(0, colon))) {
            return make(*topic_class, text.substr(colon + 1));
        }
    }
    return Error{Errc::invalid_request, "A topic is chat:, user:, org:, hub: or project: followed by an id"};
}

Result<TopicName> own_topic(const UserId& user) {
    return TopicName::make(TopicClass::user, user.get());
}

}  // namespace notifyd
