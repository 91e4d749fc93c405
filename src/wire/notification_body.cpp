// The body of POST /notifications.
#include "notifyd/core/name.hpp"
#include "notifyd/wire/notifications.hpp"

#include "body_reader.hpp"
#include "character_count.hpp"
#include "invalid.hpp"
#include "json_writer.hpp"
#include "topic_fields.hpp"

#include <algorithm>
#include <unordered_set>

namespace notifyd::wire {

namespace {

constexpr std::size_t title_chars_max = 255;
constexpr std::size_t body_chars_max = 4'096;
constexpr std::size_t url_chars_max = 2'048;
constexpr std::size_t key_chars_max = 128;
constexpr std::size_t data_bytes_max = 16 * 1024;

// A text of `chars_min` to `chars_max` characters.
std::optional<std::string> read_text(BodyReader& fields,
                                     std::string_view name,
                                     std::size_t chars_min,
                                     std::size_t chars_max) {
    std::optional<std::string> text = fields.text(name);
    if (!text) return text;
    const std::size_t chars = count_characters(*text);
    if (chars >= chars_min && chars <= chars_max) return text;
    const std::string least = chars_min == 0 ? "at most " : std::to_string(chars_min) + " to ";
    fields.refuse(name, "a string of " + least + std::to_string(chars_max) + " characters");
    return std::nullopt;
}

std::optional<std::string> read_required_text(BodyReader& fields, std::string_view name, std::size_t chars_max) {
    std::optional<std::string> text = read_text(fields, name, 1, chars_max);
    if (!text) fields.fail(invalid("Missing required parameter: " + std::string(name)));
    return text;
}

// http, https or relative (RFC 3986 §4.2: without a scheme). Browsers drop control characters from a URL before they
// look for its scheme, so these are refused, too.
bool is_safe_url(std::string_view url) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= 0x20U || c == 0x7F; };
    if (std::ranges::any_of(url, is_control)) return false;
    const std::size_t end = std::min(url.find_first_of(":/?#"), url.size());
    if (end == url.size() || url[end] != ':') return true;
    std::string scheme(url.substr(0, end));
    for (char& c : scheme) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return scheme == "http" || scheme == "https";
}

std::optional<std::string> read_url(BodyReader& fields, std::string_view name) {
    std::optional<std::string> url = read_text(fields, name, 1, url_chars_max);
    if (url && !is_safe_url(*url)) fields.refuse(name, "an http, https or relative URL");
    return url;
}

std::optional<UserId> read_user(BodyReader& fields, const std::string& name, json::Value value) {
    auto user = make_user_id(value.as_string().value_or(""));
    if (user.has_value()) return *std::move(user);
    fields.fail(invalid(name + ": " + user.error().message));
    return std::nullopt;
}

std::vector<UserId> read_users(BodyReader& fields, std::size_t recipients_max) {
    const json::Value list = fields.value("userIds");
    std::vector<UserId> users;
    std::unordered_set<std::string> seen;
    std::size_t count = 0;
    if (list.kind() == json::Kind::array) {
        json::ElementCursor elements(list);
        for (auto element = elements.next(); element && count <= recipients_max; element = elements.next()) {
            const auto user = read_user(fields, "userIds[" + std::to_string(count++) + "]", *element);
            if (!user) return {};
            if (seen.insert(user->get()).second) users.push_back(*user);
        }
    }
    if (count == 0 || count > recipients_max) {
        fields.refuse("userIds", "an array of 1 to " + std::to_string(recipients_max) + " user ids");
    }
    return users;
}

// Who gets it: exactly one of userId, userIds and a topic.
void read_recipients(BodyReader& fields, std::size_t recipients_max, NotificationBody& out) {
    const TopicFields topic_fields = fields.topic_fields();
    const bool one = fields.value("userId").exists();
    const bool many = fields.value("userIds").exists();
    if (int{one} + int{many} + int{!topic_fields.is_empty()} != 1) {
        return fields.fail(
            invalid("Give exactly one of userId, userIds and a topic (chatId, or targetClass and targetId)"));
    }
    if (one) {
        if (auto user = read_user(fields, "userId", fields.value("userId"))) out.users.push_back(*std::move(user));
        return;
    }
    if (many) {
        out.users = read_users(fields, recipients_max);
        return;
    }
    auto topic = make_topic(topic_fields, "");
    if (topic.has_error()) return fields.fail(topic.error());
    // A user's own topic has no members besides the user.
    if (topic->topic_class() == TopicClass::user) {
        out.users.emplace_back(std::string(topic->id()));
    } else {
        out.topic = *std::move(topic);
    }
}

// What is shown, as JSON text.
std::string read_shown(BodyReader& fields) {
    std::string shown;
    const auto append = [&](std::string_view name, const std::optional<std::string>& text) {
        if (!text) return;
        shown.append(shown.empty() ? "\"" : ",\"").append(name).append("\":");
        append_string(shown, *text);
    };
    append("title", read_required_text(fields, "title", title_chars_max));
    append("body", read_text(fields, "body", 0, body_chars_max));
    append("icon", read_url(fields, "icon"));
    append("actionUrl", read_url(fields, "actionUrl"));
    const json::Value data = fields.value("data");
    if (!data.exists()) return shown;
    if (data.kind() != json::Kind::object || data.text().size() > data_bytes_max) {
        fields.refuse("data", "an object of at most 16 KiB");
    }
    return shown.append(",\"data\":").append(data.text());
}

}  // namespace

Result<NotificationBody> parse_notification_body(std::string_view body,
                                                 const JsonLimits& limits,
                                                 std::size_t recipients_max) {
    BodyReader fields(body,
                      limits,
                      {"userId",
                       "userIds",
                       "chatId",
                       "targetClass",
                       "targetId",
                       "type",
                       "channel",
                       "title",
                       "body",
                       "icon",
                       "actionUrl",
                       "data",
                       "collapseKey",
                       "expiresAt",
                       "mandatory",
                       "idempotencyKey",
                       "deliverAt"});
    NotificationBody out;
    read_recipients(fields, recipients_max, out);
    out.type = read_required_text(fields, "type", name_bytes_max).value_or("");
    out.channel = read_text(fields, "channel", 1, name_bytes_max);
    out.fields = read_shown(fields);
    out.collapse_key = read_text(fields, "collapseKey", 1, key_chars_max).value_or("");
    out.idempotency_key = read_text(fields, "idempotencyKey", 1, key_chars_max);
    out.expires_at = fields.time("expiresAt");
    out.mandatory = fields.flag("mandatory").value_or(false);
    if (fields.value("deliverAt").exists()) {
        fields.fail(invalid("deliverAt is not supported by this version: send the notification when it is due"));
    }
    if (fields.error()) return *fields.error();
    return out;
}

std::string notification_content(const NotificationBody& body, std::string_view channel, EpochMs created_at) {
    std::string content;
    append_string_member(content, "\"type\":", body.type);
    append_string_member(content, ",\"channel\":", channel);
    content.append(1, ',').append(body.fields);
    if (!body.collapse_key.empty()) append_string_member(content, ",\"collapseKey\":", body.collapse_key);
    append_number_member(content, ",\"createdAt\":", created_at);
    if (body.expires_at) append_number_member(content, ",\"expiresAt\":", *body.expires_at);
    return content;
}

}  // namespace notifyd::wire
