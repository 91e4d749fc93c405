// Every HTTP body in docs/protocol.md is one that the server reads or writes.
#include "notifyd/wire/connection_tokens.hpp"
#include "notifyd/wire/connections.hpp"
#include "notifyd/wire/dead_letters.hpp"
#include "notifyd/wire/messages.hpp"
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/permissions.hpp"
#include "notifyd/wire/preferences.hpp"
#include "notifyd/wire/presence.hpp"
#include "notifyd/wire/publish.hpp"
#include "notifyd/wire/read_positions.hpp"
#include "notifyd/wire/server_frames.hpp"
#include "notifyd/wire/status.hpp"
#include "notifyd/wire/users.hpp"

#include "support/golden.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

using testing::golden;

constexpr EpochMs noon = 1'769'860'800'000;  // 2026-01-31T12:00:00.000Z
constexpr std::size_t message_bytes_max = 256 * 1024;
const std::string epoch = "936da01f-9abd-4d9d-80c7-02af85c822a8";
const std::string fifo_id = "019c13ec-9e00-7bff-a003-0435aaa9c590";
const std::string standard_id = "019c13ec-9e01-7422-85b8-257d7b9a7680";
const std::string connection_id = "019c13ec-9de8-7005-8830-38370028de14";

Uuid uuid(const std::string& text) {
    return *Uuid::parse(text);
}

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

// --- requests

void check_publish(const std::string& name) {
    const auto request = parse_publish_body(golden(name), JsonLimits{});
    REQUIRE(request.has_value());
    CHECK(request->type == MessageType::fifo);
    CHECK(request->topic == topic("chat:chat-1"));
    CHECK(request->deduplication_id == "order-1017-shipped");
}

void check_batch(const std::string& name) {
    const auto messages = parse_batch_body(golden(name), JsonLimits{}, message_bytes_max);
    REQUIRE(messages.has_value());
    REQUIRE(messages->size() == 2);
    CHECK((*messages)[0]->topic == topic("user:bob"));
    REQUIRE((*messages)[1].has_error());
    CHECK((*messages)[1].error().code == Errc::invalid_request);
}

void check_grant(const std::string& name) {
    const auto grant = parse_grant_body(golden(name), JsonLimits{});
    REQUIRE(grant.has_value());
    CHECK(grant->user == UserId("bob"));
    CHECK(grant->topic == topic("chat:chat-1"));
    CHECK(grant->role == Role::member);
}

void check_connection_token(const std::string& name) {
    const auto channels = parse_connection_token_body(golden(name), JsonLimits{});
    REQUIRE(channels.has_value());
    CHECK(*channels == std::vector<std::string>{"social", "system"});
}

void check_block(const std::string& name) {
    const auto block = parse_block_body(golden(name), JsonLimits{});
    REQUIRE(block.has_value());
    CHECK(block->until.has_value());
    CHECK(block->reason == "spam");
}

void check_notification(const std::string& name) {
    const auto body = parse_notification_body(golden(name), JsonLimits{}, 1'000);
    REQUIRE(body.has_value());
    CHECK(body->users == std::vector<UserId>{UserId("alice")});
    CHECK(body->type == "upload_complete");
    CHECK(body->collapse_key == "upload-7");
    CHECK_FALSE(body->mandatory);
}

void check_preferences(const std::string& name) {
    const auto patch = PreferencesPatch::parse(golden(name), JsonLimits{});
    REQUIRE(patch.has_value());
    CHECK(patch->types() == std::vector<std::string>{"new_like"});
}

// --- replies

const Uuid notification_id = uuid("0190163d-8694-739b-aea5-966c26f8ad91");

std::string notifications() {
    NotificationPage page;
    page.notifications.push_back({.id = notification_id,
                                  .user = UserId("alice"),
                                  .type = "upload_complete",
                                  .channel = "uploads",
                                  .collapse_key = {},
                                  .created_at = noon,
                                  .content = R"("type":"upload_complete","channel":"uploads",)"
                                             R"("title":"Your model is ready","data":{"modelId":7},)"
                                             R"("createdAt":1769860800000)",
                                  .read_at = noon + 1'000});
    page.unread = 3;
    return notifications_page(page, "eyJrIjoibiJ9");
}

std::string preferences() {
    const auto patch = PreferencesPatch::parse(golden("http/preferences-request"), JsonLimits{});
    REQUIRE(patch.has_value());
    return preferences_reply(patch->apply({}, noon));
}

Receipt fifo_receipt() {
    return {MessageId(uuid(fifo_id)), MessageType::fifo, "WebSocket", "chat:chat-1", 42, noon};
}

std::string batch() {
    const Receipt accepted{MessageId(uuid(standard_id)), MessageType::standard, "WebSocket", "", 0, noon + 1};
    const Error failed(Errc::invalid_request,
                       "Missing required parameter: payload.chatId or payload.targetId with payload.targetClass");
    return batch_reply(std::array<Result<Receipt>, 2>{accepted, failed});
}

std::string refusal() {
    const Error error(Errc::forbidden, "No permission to receive from this topic: one of its admins can give it");
    return error_body(error, "0b7d9c1e-6f0e-4b0a-9a55-6a1c0d1f2e3d");
}

Message message_in(const std::string& id, const std::string& topic_name, MessageType type, EpochMs published_at) {
    return {.id = MessageId(uuid(id)),
            .topic = topic(topic_name),
            .type = type,
            .numbering = Numbering::none,
            .target_channel = "WebSocket",
            .sender = UserId("alice"),
            .group_id = type == MessageType::fifo ? topic_name : "",
            .published_at = published_at,
            .skip = std::nullopt,
            .head = {}};
}

std::string history() {
    const Message message = message_in(fifo_id, "chat:chat-1", MessageType::fifo, noon);
    Page page;
    page.messages.push_back({.at = {42, 1},
                             .id = message.id,
                             .type = message.type,
                             .sequence = 42,
                             .published_at = noon,
                             .target_channel = "WebSocket",
                             .head = message_head(message, R"("eventType":"message","content":"Hello")")});
    return messages_page(message.topic, page, "AQIAAAAAAAAABAAAAAAAAAAcVsGXlY3Pbw", epoch, std::chrono::hours(30 * 24));
}

Permission permission(const std::string& topic_name, Role role, const std::string& granted_by) {
    return {UserId("bob"), topic(topic_name), role, noon, UserId(granted_by)};
}

std::string permissions() {
    const std::array rows{permission("chat:chat-1", Role::member, "alice"),
                          permission("org:acme", Role::viewer, "root")};
    return permissions_page(UserId("bob"), rows, std::nullopt);
}

UserBlock block() {
    constexpr EpochMs a_century_later = 4'925'534'400'000;
    return {UserId("mallory"), noon, UserId("root"), a_century_later, "spam"};
}

std::string connections() {
    const ConnectionInfo connection{.id = ConnectionId(uuid(connection_id)),
                                    .user = UserId("alice"),
                                    .connected_at = noon - 24,
                                    .last_active_at = noon,
                                    .address = "203.0.113.7",
                                    .user_agent = "Mozilla/5.0",
                                    .topics = {topic("user:alice"), topic("chat:chat-1")}};
    return connections_page(std::span(&connection, 1), std::nullopt);
}

std::string chats() {
    const std::vector<Chat> list{{topic("chat:chat-1"), Role::member, 45, 42, noon},
                                 {topic("project:apollo"), Role::viewer}};
    return chats_page(list, std::nullopt);
}

std::string presence() {
    std::vector<PresenceMember> members{
        {UserId("alice"), {.last_active_at = noon}},
        {UserId("bob"), {.status = PresenceStatus::busy, .activity = "In a call", .last_active_at = noon - 100'000}}};
    const PresenceList list{std::make_shared<const std::vector<PresenceMember>>(std::move(members)), 2, 1};
    return presence_reply(topic("chat:chat-1"), list);
}

std::string dead_letters() {
    const Message message = message_in(standard_id, "user:bob", MessageType::standard, noon + 1);
    const DeadLetter letter{.id = uuid("019c13ec-a059-7a01-8c4c-1d3a5b7c9e0f"),
                            .queue = "standard",
                            .message = message.id,
                            .topic = message.topic,
                            .sequence = 0,
                            .connection = ConnectionId(uuid(connection_id)),
                            .user = UserId("bob"),
                            .reason = "outbox_full",
                            .attempts = 3,
                            .first_failed_at = noon + 1,
                            .last_failed_at = noon + 601,
                            .head = message_head(message, R"("content":"Call me")")};
    return dead_letters_page(std::span(&letter, 1), std::nullopt);
}

}  // namespace

TEST_CASE("HTTP requests in docs/protocol.md are understood") {
    const std::map<std::string, std::function<void(const std::string&)>> checks{
        {"http/block-request", check_block},
        {"http/connection-token-request", check_connection_token},
        {"http/grant-request", check_grant},
        {"http/notification-request", check_notification},
        {"http/preferences-request", check_preferences},
        {"http/publish-batch-request", check_batch},
        {"http/publish-request", check_publish},
    };
    CHECK(testing::names_of(checks) == testing::golden_names("http", "-request"));
    for (const auto& [name, check] : checks) check(name);
}

TEST_CASE("HTTP replies in docs/protocol.md are what the server writes") {
    const std::map<std::string, std::string> written{
        {"http/block-reply", block_reply(block())},
        {"http/blocked-users-reply", blocked_users_page(std::array{block()}, std::nullopt)},
        {"http/chats-reply", chats()},
        {"http/connection-token-reply",
         connection_token_reply("eyJ1c2VySWQiOiJhbGljZSJ9.xmxtseqPuLB1CgIS14FQmkNgzcvzRGp8SgSsAbGtNb0",
                                uuid("d4c1e0f4-4b1b-4c9a-b9f6-ca41e0cd66e9"),
                                noon + 60'000)},
        {"http/connections-reply", connections()},
        {"http/dead-letters-reply", dead_letters()},
        {"http/error-reply", refusal()},
        {"http/grant-reply", permission_reply(permission("chat:chat-1", Role::member, "alice"))},
        {"http/messages-reply", history()},
        {"http/notification-reply", notifications_posted_reply({.ids = std::array{notification_id}, .suppressed = {}})},
        {"http/notifications-reply", notifications()},
        {"http/permissions-reply", permissions()},
        {"http/preferences-reply", preferences()},
        {"http/presence-reply", presence()},
        {"http/publish-batch-reply", batch()},
        {"http/publish-reply", publish_reply(fifo_receipt())},
    };
    CHECK(testing::names_of(written) == testing::golden_names("http", "-reply"));
    for (const auto& [name, text] : written) testing::check_golden(name, text);
}

}  // namespace notifyd::wire
