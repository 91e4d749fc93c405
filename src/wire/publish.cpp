// publish_parser reads the members of a publish, batch_reader those of a batch.
#include "notifyd/wire/publish.hpp"

#include "notifyd/core/http_status.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/json/document.hpp"
#include "notifyd/wire/batch_reader.hpp"

#include "character_count.hpp"
#include "invalid.hpp"
#include "json_error.hpp"
#include "json_writer.hpp"
#include "publish_parser.hpp"
#include "receipt_text.hpp"

#include <utility>

namespace notifyd::wire {

namespace {

constexpr std::string_view sent_message = "Message sent successfully!";

void append_batch_entry(std::string& out, const Result<Receipt>& result) {
    if (result.has_value()) {
        append_receipt_members(out += '{', *result, sent_message);
    } else {
        const Error& error = result.error();
        append_string_member(out, "{\"error\":", error.message);
        append_string_member(out, ",\"code\":", to_string(error.code));
        append_number_member(out, ",\"status\":", http_status(error.code));
    }
    out += '}';
}

}  // namespace

Result<PublishRequest> parse_publish_body(std::string_view body, const JsonLimits& limits) {
    const json::Document document(body, limits.depth_max, payload_name);
    if (document.fault() != json::Fault::none) return json_error(document.fault(), JsonSource::body);
    return read_publish(document);
}

Result<std::vector<Result<PublishRequest>>> parse_batch_body(std::string_view body,
                                                             const JsonLimits& limits,
                                                             std::size_t message_bytes_max) {
    BatchReader reader(body, limits, message_bytes_max);
    while (reader.step()) continue;
    return reader.take();
}

Result<std::optional<std::string>> parse_idempotency_key(const std::optional<std::string>& header) {
    if (!header) return std::optional<std::string>{};
    const std::size_t first = header->find_first_not_of(" \t");
    if (first != std::string::npos) {
        std::string key = header->substr(first, header->find_last_not_of(" \t") - first + 1);
        if (count_characters(key) <= limits::deduplication_id_chars_max) return std::optional(std::move(key));
    }
    return invalid("Idempotency-Key must be 1 to " + std::to_string(limits::deduplication_id_chars_max) +
                   " characters");
}

std::string publish_reply(const Receipt& receipt) {
    std::string text = "{";
    append_receipt_members(text, receipt, sent_message);
    return text += '}';
}

std::string batch_reply(std::span<const Result<Receipt>> results) {
    std::string text = "{\"results\":[";
    std::size_t accepted = 0;
    for (const Result<Receipt>& result : results) {
        if (&result != results.data()) text += ',';
        append_batch_entry(text, result);
        if (result.has_value()) ++accepted;
    }
    append_number_member(text, "],\"accepted\":", accepted);
    append_number_member(text, ",\"failed\":", results.size() - accepted);
    return text += '}';
}

}  // namespace notifyd::wire
