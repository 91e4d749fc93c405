#include "notifyd/wire/dead_letters.hpp"

#include "invalid.hpp"
#include "json_writer.hpp"
#include "query_reader.hpp"

#include <utility>

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
        // The head is the published text, without its closing braces.
        out += *letter.head;
        if (letter.sequence != 0) append_number_member(out, ",\"sequenceNumber\":", letter.sequence);
        out += '}';
    } else {
        out += "null";
    }
    out += '}';
}

}  // namespace

Result<std::optional<std::string>> parse_redrive_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"queue", "limit", "startKey"});
    if (names.has_error()) return names.error();
    auto queue = query.single("queue");
    if (queue.has_value() && *queue && (*queue)->empty()) return invalid("queue must not be empty");
    return queue;
}

Result<DeadLettersQuery> parse_dead_letters_query(const QueryParameters& parameters) {
    auto queue = parse_redrive_query(parameters);
    if (queue.has_error()) return queue.error();
    const QueryReader query(parameters);
    const auto limit = query.limit();
    if (limit.has_error()) return limit.error();
    auto start_key = query.single_or_empty("startKey");
    if (start_key.has_error()) return start_key.error();
    return DeadLettersQuery{std::move(*queue), *limit, std::move(*start_key)};
}

std::string dead_letter(const DeadLetter& letter) {
    std::string text;
    append_letter(text, letter);
    return text;
}

std::string dead_letters_page(std::span<const DeadLetter> letters, const std::optional<std::string>& next_key) {
    std::string text;
    append_array(text += "{\"deadLetters\":", letters, append_letter);
    end_page(text, letters.size(), next_key);
    return text;
}

std::string redrive_reply(std::size_t redriven, std::size_t failed) {
    std::string text;
    append_number_member(text, "{\"redriven\":", redriven);
    append_number_member(text, ",\"failed\":", failed);
    return text += '}';
}

}  // namespace notifyd::wire
