#include "notifyd/wire/dead_letters.hpp"

#include "invalid.hpp"
#include "object_writer.hpp"
#include "query_reader.hpp"

#include <utility>

namespace notifyd::wire {

namespace {

// The published text, unchanged: reading and writing it again could change its numbers. Its head lacks the closing
// braces.
void append_message(std::string& out, const DeadLetter& letter) {
    if (!letter.head.has_value()) {
        out += "null";
        return;
    }
    out += *letter.head;
    if (letter.sequence != 0) append_number_member(out, ",\"sequenceNumber\":", letter.sequence);
    out += '}';
}

void write_letter(ObjectWriter& object, const DeadLetter& letter) {
    object.text("id", letter.id.to_string())
        .text("queue", letter.queue)
        .text("messageId", letter.message.get().to_string())
        .text("topic", letter.topic.text());
    if (letter.sequence != 0) object.number("sequenceNumber", letter.sequence);
    if (letter.connection.has_value()) object.text("connectionId", letter.connection->get().to_string());
    object.text("userId", letter.user.get())
        .text("reason", letter.reason)
        .number("attempts", letter.attempts)
        .time("firstFailedAt", letter.first_failed_at)
        .time("lastFailedAt", letter.last_failed_at);
    append_message(object.raw("message"), letter);
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
    JsonReply reply;
    write_letter(reply, letter);
    return reply.take();
}

std::string dead_letters_page(std::span<const DeadLetter> letters, const std::optional<std::string>& next_key) {
    return page_reply("deadLetters", letters, write_letter, next_key);
}

std::string redrive_reply(std::size_t redriven, std::size_t failed) {
    JsonReply reply;
    reply.number("redriven", redriven).number("failed", failed);
    return reply.take();
}

}  // namespace notifyd::wire
