// Encoding of dead letters.
#include "notifyd/wire/dead_letter_replies.hpp"

#include "json_writer.hpp"

namespace notifyd::wire {

namespace {

void append_letter(std::string& out, const DeadLetter& letter) {
    append_string_member(out, "{\"id\":", letter.id.to_string());
    append_string_member(out, ",\"queue\":", letter.queue);
    append_string_member(out, ",\"messageId\":", letter.message.get().to_string());
    append_string_member(out, ",\"topic\":", letter.topic.text());
    if (letter.sequence != 0) append_number_member(out, ",\"sequenceNumber\":", letter.sequence);
    if (letter.connection.has_value()) {
        append_string_member(out, ",\"connectionId\":", letter.connection->get().to_string());
    }
    append_string_member(out, ",\"userId\":", letter.user.get());
    append_string_member(out, ",\"reason\":", letter.reason);
    append_number_member(out, ",\"attempts\":", letter.attempts);
    append_time_member(out, ",\"firstFailedAt\":", letter.first_failed_at);
    append_time_member(out, ",\"lastFailedAt\":", letter.last_failed_at);
    out += ",\"message\":";
    if (letter.head.has_value()) {
        // The head is the text that was published, still open.
        out += *letter.head;
        if (letter.sequence != 0) append_number_member(out, ",\"sequenceNumber\":", letter.sequence);
        out += '}';
    } else {
        out += "null";
    }
    out += '}';
}

}  // namespace

std::string dead_letter(const DeadLetter& letter) {
    std::string text;
    append_letter(text, letter);
    return text;
}

std::string dead_letters_page(std::span<const DeadLetter> letters, const std::optional<std::string>& next_key) {
    std::string text = "{\"deadLetters\":[";
    for (const DeadLetter& letter : letters) {
        if (&letter != letters.data()) text += ',';
        append_letter(text, letter);
    }
    append_number_member(text, "],\"count\":", letters.size());
    if (next_key) append_string_member(text, ",\"nextStartKey\":", *next_key);
    return text += '}';
}

std::string redrive_reply(std::size_t redriven, std::size_t failed) {
    std::string text;
    append_number_member(text, "{\"redriven\":", redriven);
    append_number_member(text, ",\"failed\":", failed);
    return text += '}';
}

}  // namespace notifyd::wire
