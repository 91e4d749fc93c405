// Encoding of HTTP reply bodies.
#include "notifyd/wire/api_replies.hpp"

#include "notifyd/core/http_status.hpp"

#include "json_writer.hpp"
#include "receipt_text.hpp"

#include <cstddef>

namespace notifyd::wire {

namespace {

constexpr std::string_view sent_sentence = "Message sent successfully!";

void append_batch_entry(std::string& out, const Result<Receipt>& result) {
    if (result.has_value()) {
        append_receipt_members(out += '{', *result, sent_sentence);
    } else {
        const Error& error = result.error();
        append_string_member(out, "{\"error\":", error.message);
        append_string_member(out, ",\"code\":", to_string(error.code));
        append_number_member(out, ",\"status\":", http_status(error.code));
    }
    out += '}';
}

void append_permission(std::string& out, const Permission& permission) {
    append_string_member(out, "{\"userId\":", permission.user.get());
    append_topic(out += ',', permission.topic);
    append_string_member(out, ",\"role\":", to_string(permission.role));
    append_time_member(out, ",\"grantedAt\":", permission.granted_at);
    append_string_member(out, ",\"grantedBy\":", permission.granted_by.get());
    out += '}';
}

// The head is the text that was delivered, still open; only history's own fields are added.
void append_stored(std::string& out, const StoredMessage& message, Milliseconds retention) {
    out += message.head;
    if (message.sequence != 0) append_number_member(out, ",\"sequenceNumber\":", message.sequence);
    append_time_member(out, ",\"timestamp\":", message.published_at);
    if (retention.count() > 0) {
        append_number_member(out, ",\"ttl\":", (message.published_at + retention.count()) / 1000);
    }
    if (message.target_channel != websocket_channel) {
        append_string_member(out, ",\"channel\":", message.target_channel);
    }
    out += '}';
}

void append_counts(std::string& out, std::size_t count) {
    append_number_member(out, ",\"count\":", count);
    append_number_member(out, ",\"scannedCount\":", count);
}

}  // namespace

std::string error_body(const Error& error, std::string_view correlation_id) {
    std::string text;
    append_string_member(text, "{\"error\":", error.message);
    append_string_member(text, ",\"code\":", to_string(error.code));
    append_string_member(text, ",\"correlationId\":", correlation_id);
    return text += '}';
}

std::string publish_reply(const Receipt& receipt) {
    std::string text = "{";
    append_receipt_members(text, receipt, sent_sentence);
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

std::string permission_reply(const Permission& permission) {
    std::string text = "{\"message\":\"Permission granted successfully\",\"permission\":";
    append_permission(text, permission);
    return text += '}';
}

std::string revoke_reply() {
    return "{\"message\":\"Permission revoked successfully\"}";
}

std::string permissions_page(const PermissionSubject& subject,
                             std::span<const Permission> permissions,
                             const std::optional<std::string>& next_key) {
    std::string text = "{";
    if (const UserId* const user = std::get_if<UserId>(&subject)) {
        append_string_member(text, "\"userId\":", user->get());
    } else if (const TopicName* const topic = std::get_if<TopicName>(&subject)) {
        append_topic(text, *topic);
    }
    text += ",\"permissions\":[";
    for (const Permission& permission : permissions) {
        if (&permission != permissions.data()) text += ',';
        append_permission(text, permission);
    }
    text += ']';
    append_counts(text, permissions.size());
    if (next_key) append_string_member(text, ",\"nextStartKey\":", *next_key);
    return text += '}';
}

std::string messages_page(const TopicName& topic,
                          const Page& page,
                          const std::optional<std::string>& next_key,
                          std::string_view epoch,
                          Milliseconds retention) {
    constexpr std::size_t own_fields_bytes = 160;
    std::size_t bytes = 512;
    for (const StoredMessage& message : page.messages) bytes += message.head.size() + own_fields_bytes;

    std::string text;
    text.reserve(bytes);
    append_topic(text += '{', topic);
    text += ",\"messages\":[";
    for (const StoredMessage& message : page.messages) {
        if (&message != page.messages.data()) text += ',';
        append_stored(text, message, retention);
    }
    text += ']';
    append_counts(text, page.messages.size());
    append_string_member(text, ",\"epoch\":", epoch);
    if (next_key) {
        append_string_member(text, ",\"nextStartKey\":", *next_key);
        append_string_member(text, ",\"nextToken\":", *next_key);
    }
    return text += '}';
}

std::string health_body() {
    return "{\"status\":\"ok\"}";
}

std::string ready_body() {
    return "{\"status\":\"ready\"}";
}

std::string version_body(std::string_view version) {
    std::string text;
    append_string_member(text, "{\"name\":\"notifyd\",\"version\":", version);
    return text += '}';
}

}  // namespace notifyd::wire
