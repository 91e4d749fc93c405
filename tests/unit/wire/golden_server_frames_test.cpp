// Every server frame in docs/protocol.md is one that the server writes.
#include "notifyd/wire/client_frames.hpp"
#include "notifyd/wire/delivered_frames.hpp"
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/presence.hpp"
#include "notifyd/wire/read_positions.hpp"
#include "notifyd/wire/server_frames.hpp"

#include "support/frame_text.hpp"
#include "support/golden.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

using testing::frame_text;
using testing::golden;

constexpr EpochMs noon = 1'769'860'800'000;  // 2026-01-31T12:00:00.000Z
const std::string epoch = "936da01f-9abd-4d9d-80c7-02af85c822a8";
const std::string fifo_id = "019c13ec-9e00-7bff-a003-0435aaa9c590";
const std::string standard_id = "019c13ec-9e01-7422-85b8-257d7b9a7680";
const RawJson own_id{"\"80cd71de-0650-406e-a1f2-3f4fe9dfe22a\""};

Uuid uuid(const std::string& text) {
    return *Uuid::parse(text);
}

std::vector<TopicName> topics(const std::vector<std::string>& names) {
    std::vector<TopicName> parsed;
    for (const std::string& name : names) parsed.push_back(*TopicName::parse(name));
    return parsed;
}

Receipt fifo_receipt() {
    return {MessageId(uuid(fifo_id)), MessageType::fifo, "WebSocket", "chat:chat-1", 42, noon};
}

Receipt standard_receipt() {
    return {MessageId(uuid(standard_id)), MessageType::standard, "WebSocket", "", 0, noon + 1};
}

Receipt transient_receipt() {
    Receipt receipt = standard_receipt();
    receipt.lifetime = Lifetime::transient;
    return receipt;
}

// What subscribers receive of a client's message, stamped as by the publisher.
std::string delivered(const std::string& sent, const Receipt& receipt, EpochMs processed_at) {
    ClientFrame frame = parse_client_frame(golden(sent), JsonLimits{});
    const PublishRequest& request = std::get<SendMessage>(frame).request;
    auto message = std::make_shared<Message>(Message{.id = receipt.id,
                                                     .topic = request.topic,
                                                     .type = request.type,
                                                     .numbering = request.numbering,
                                                     .lifetime = request.lifetime,
                                                     .target_channel = request.target_channel,
                                                     .sender = UserId("alice"),
                                                     .group_id = receipt.group_id,
                                                     .published_at = receipt.timestamp,
                                                     .skip = std::nullopt,
                                                     .head = {}});
    message->head = message_head(*message, request.payload_fields);
    const Delivery delivery{message, receipt.sequence};
    return frame_text(delivered_frames(std::span(&delivery, 1), processed_at, 0));
}

std::string connected() {
    const std::vector<TopicName> subscribed_to = topics({"user:alice", "chat:chat-1"});
    const std::vector<Sequence> positions{0, 41};
    const std::vector<TopicName> refused = topics({"chat:secret"});
    Connected hello;
    hello.connection = ConnectionId(uuid("019c13ec-9de8-7005-8830-38370028de14"));
    hello.user = UserId("alice");
    hello.topics = subscribed_to;
    hello.positions = positions;
    hello.refused = refused;
    hello.epoch = epoch;
    hello.heartbeat = std::chrono::seconds(30);
    hello.server_time = noon;
    return frame_text(connected_frame(hello));
}

std::string forbidden() {
    const Error error(Errc::forbidden, "No permission to publish to this topic: one of its admins can give it");
    const std::vector<TopicName> authorized = topics({"user:alice", "chat:chat-1"});
    return frame_text(send_forbidden(error, RawJson{"\"r-2\""}, authorized));
}

std::string too_fast() {
    const Error error =
        rate_limited("Too many messages on this connection: wait retryAfterMs milliseconds", Milliseconds(94));
    return frame_text(send_error(error, RawJson{"\"r-3\""}));
}

std::string not_accepted() {
    const Error error(Errc::unavailable, "The queues are full; the message was not accepted");
    return frame_text(ack_error(error, RawJson{"\"a-2\""}));
}

std::string subscription(decltype(subscribed) encode,
                         const RawJson& id,
                         const std::vector<std::string>& names,
                         const std::vector<Sequence>& positions) {
    const std::vector<TopicName> subscribed_to = topics(names);
    const std::vector<std::string> channels{"social", "quota"};
    return frame_text(encode(id, noon, {.channels = channels, .topics = subscribed_to, .positions = positions}));
}

std::string resumed(Sequence to, std::size_t count, std::string_view incomplete_because, Sequence oldest) {
    return frame_text(resumed_frame({.topic = topics({"chat:chat-1"}).front(),
                                     .from = Sequence{41},
                                     .to = to,
                                     .count = count,
                                     .incomplete_because = incomplete_because,
                                     .oldest = oldest,
                                     .epoch = epoch}));
}

const Uuid notification_id = *Uuid::parse("0190163d-8694-739b-aea5-966c26f8ad91");

Notification notification() {
    return {.id = notification_id,
            .user = UserId("alice"),
            .type = "upload_complete",
            .channel = "uploads",
            .collapse_key = {},
            .created_at = noon,
            .content = R"("type":"upload_complete","channel":"uploads","title":"Your model is ready",)"
                       R"("data":{"modelId":7},"createdAt":1769860800000)"};
}

std::string refused_subscribe() {
    const Error error(Errc::forbidden, "No permission for chat:secret, org:other");
    return frame_text(envelope_error(RawJson{"\"s-2\""}, noon, error));
}

std::vector<PresenceMember> members() {
    return {
        {UserId("alice"), {.last_active_at = noon}},
        {UserId("bob"), {.status = PresenceStatus::busy, .activity = "In a call", .last_active_at = noon - 100'000}}};
}

// Writes the same id again and again.
struct FixedIds final : IdSource {
    [[nodiscard]] Uuid time_ordered(EpochMs) override { return random(); }
    [[nodiscard]] Uuid random() override { return uuid("80cd71de-0650-406e-a1f2-3f4fe9dfe22a"); }
};

std::string presence(const RawJson& id, const std::vector<PresenceMember>& listed) {
    return frame_text(
        presence_frame(id, noon, topics({"chat:chat-1"}).front(), presence_members(listed), listed.size()));
}

std::string presence_change(const std::vector<PresenceChange>& changes, const std::optional<std::size_t>& count) {
    FixedIds ids;
    return frame_text(presence_changes(ids, noon, topics({"chat:chat-1"}).front(), changes, count));
}

std::vector<PresenceChange> lunch() {
    const PresenceState away{.status = PresenceStatus::away, .activity = "Lunch", .last_active_at = noon};
    return {{{UserId("bob"), away}, 1}};
}

}  // namespace

TEST_CASE("server frames in docs/protocol.md are what the server writes") {
    const TopicName chat = topics({"chat:chat-2"}).front();
    const std::map<std::string, std::string> written{
        {"server/ack", frame_text(ack_success(standard_receipt(), RawJson{"\"a-1\""}))},
        {"server/ack-error", not_accepted()},
        {"server/auth-refreshed", frame_text(auth_refreshed(RawJson{"\"f-1\""}, noon, noon + 3'600'000))},
        {"server/connected", connected()},
        {"server/error", forbidden()},
        {"server/error-envelope", refused_subscribe()},
        {"server/error-rate-limited", too_fast()},
        {"server/granted", frame_text(granted(own_id, noon, chat, Role::member))},
        {"server/message-fifo", delivered("client/send-message", fifo_receipt(), noon + 4)},
        {"server/message-standard", delivered("client/send-message-with-ack", standard_receipt(), noon + 1)},
        {"server/message-transient", delivered("client/send-message-transient", transient_receipt(), noon + 1)},
        {"server/notification", notification_envelope(notification(), noon, 3)},
        {"server/notification-deleted",
         notification_deleted_envelope(notification_id, notification_id, noon + 1'000, 2)},
        {"server/notification-read",
         notification_read_envelope(notification_id, std::array{notification_id}, noon + 1'000, 2)},
        {"server/notification-read-all", notification_read_envelope(notification_id, {}, noon + 1'000, 0)},
        {"server/pong", frame_text(pong(RawJson{"\"p-1\""}, noon))},
        {"server/read", read_envelope(own_id, noon, topics({"chat:chat-1"}).front(), UserId("alice"), 42)},
        {"server/presence", presence(RawJson{"\"w-1\""}, members())},
        {"server/presence-partial", presence_change({}, 5021)},
        {"server/presence-unsubscribed", presence(RawJson{"\"w-3\""}, {})},
        {"server/presence-update", presence_change(lunch(), std::nullopt)},
        {"server/receipt", frame_text(send_answer(fifo_receipt(), RawJson{"\"r-1\""}))},
        {"server/receipt-transient", frame_text(send_answer(transient_receipt(), RawJson{"\"r-4\""}))},
        {"server/resumed", resumed(42, 1, "", 1)},
        {"server/resumed-incomplete", resumed(2042, 0, "too_many", 1)},
        {"server/revoked", frame_text(revoked(own_id, noon, topics({"chat:chat-2"})))},
        {"server/subscribed",
         subscription(subscribed, RawJson{"\"s-1\""}, {"user:alice", "chat:chat-1", "org:acme"}, {0, 42, 7})},
        {"server/unsubscribed", subscription(unsubscribed, RawJson{"\"u-1\""}, {"user:alice", "chat:chat-1"}, {0, 42})},
    };
    CHECK(testing::names_of(written) == testing::golden_names("server"));
    for (const auto& [name, text] : written) testing::check_golden(name, text);
}

}  // namespace notifyd::wire
