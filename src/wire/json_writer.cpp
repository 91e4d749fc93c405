// JSON text, RFC 8259 §7.
#include "json_writer.hpp"

#include "notifyd/core/topic_name.hpp"
#include "notifyd/core/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace notifyd::wire {

namespace {

bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

// Whether one of eight bytes is not plain. Subtracting borrows from a byte's top bit exactly where the byte was below
// what is subtracted, or where a lower one was (Warren, "Hacker's Delight", 6-1).
bool has_special(std::uint64_t bytes) {
    constexpr std::uint64_t each = 0x0101'0101'0101'0101;
    constexpr std::uint64_t top_bits = each * 0x80;
    const std::uint64_t control = bytes - each * 0x20;
    const std::uint64_t quote = (bytes ^ each * '"') - each;
    const std::uint64_t backslash = (bytes ^ each * '\\') - each;
    return ((bytes | control | quote | backslash) & top_bits) != 0;
}

std::size_t count_plain(std::string_view text) {
    std::size_t count = 0;
    for (std::uint64_t eight = 0; text.size() - count >= sizeof eight; count += sizeof eight) {
        std::memcpy(&eight, text.data() + count, sizeof eight);
        if (has_special(eight)) break;
    }
    while (count < text.size() && is_plain(static_cast<unsigned char>(text[count]))) ++count;
    return count;
}

void append_escaped(std::string& out, char c) {
    constexpr std::string_view hex_digits = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const auto value = static_cast<unsigned char>(c);
    out += "\\u00";
    out += hex_digits[value >> 4U];
    out += hex_digits[value & 0x0FU];
}

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

void append_string(std::string& out, std::string_view text) {
    out += '"';
    const std::size_t plain = count_plain(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    const bool is_utf8 = text.empty() || is_valid_utf8(text);
    for (const char c : text) {
        const auto value = static_cast<unsigned char>(c);
        if (is_plain(value) || (value >= 0x80 && is_utf8)) {
            out += c;
        } else if (value >= 0x80) {
            out += replacement_character;
        } else {
            append_escaped(out, c);
        }
    }
    out += '"';
}

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
