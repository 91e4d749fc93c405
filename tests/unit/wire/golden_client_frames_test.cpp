// Every client frame in docs/protocol.md is read as the document says.
#include "notifyd/wire/client_frames.hpp"
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/presence.hpp"
#include "notifyd/wire/read_positions.hpp"
#include "notifyd/wire/subscriptions.hpp"
#include "notifyd/wire/token_refresh.hpp"

#include "support/golden.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <string>

namespace notifyd::wire {

namespace {

using testing::golden;

template <class Frame>
Frame parsed(const std::string& name) {
    ClientFrame frame = parse_client_frame(golden(name), JsonLimits{});
    CAPTURE(frame.index());
    REQUIRE(std::holds_alternative<Frame>(frame));
    return std::get<Frame>(std::move(frame));
}

void check_send_message(const std::string& name) {
    const auto frame = parsed<SendMessage>(name);
    CHECK(frame.request.target_channel == "WebSocket");
    CHECK(frame.request.type == MessageType::fifo);
    CHECK(frame.request.numbering == Numbering::consecutive);
    CHECK(frame.request.topic.text() == "chat:chat-1");
    CHECK(frame.request_id == RawJson{"\"r-1\""});
    CHECK_FALSE(frame.ack_id);
    CHECK(frame.echo == Echo::on);
    CHECK(frame.reply == Reply::on);
}

void check_send_message_with_ack(const std::string& name) {
    const auto frame = parsed<SendMessage>(name);
    CHECK(frame.request.type == MessageType::standard);
    CHECK(frame.request.topic.text() == "user:bob");
    CHECK(frame.request.deduplication_id == "call-7f3a");
    CHECK(frame.ack_id == RawJson{"\"a-1\""});
    CHECK(frame.echo == Echo::off);
    CHECK(frame.reply == Reply::off);
}

void check_send_message_transient(const std::string& name) {
    const auto frame = parsed<SendMessage>(name);
    CHECK(frame.request.type == MessageType::standard);
    CHECK(frame.request.lifetime == Lifetime::transient);
    CHECK(frame.echo == Echo::off);
}

// The payload refers to the text, so the text must outlive the frame.
struct ParsedEnvelope {
    std::string text;
    Envelope envelope;

    ParsedEnvelope(const std::string& name, const std::string& id, const std::string& type) : text(golden(name)) {
        ClientFrame frame = parse_client_frame(text, JsonLimits{});
        REQUIRE(std::holds_alternative<Envelope>(frame));
        envelope = std::get<Envelope>(std::move(frame));
        CHECK(envelope.id == RawJson{id});
        CHECK(envelope.type == type);
    }
};

void check_notification_ack(const std::string& name) {
    const std::string text = golden(name);
    const ClientFrame frame = parse_client_frame(text, JsonLimits{});
    REQUIRE(std::holds_alternative<Envelope>(frame));
    CHECK(std::get<Envelope>(frame).type == "notification:ack");
    const auto id = parse_notification_ack(std::get<Envelope>(frame).payload);
    REQUIRE(id.has_value());
    CHECK(id->to_string() == "0190163d-8694-739b-aea5-966c26f8ad91");
}

void check_ping(const std::string& name) {
    ParsedEnvelope(name, "\"p-1\"", "ping");
}

void check_subscribe(const std::string& name) {
    const ParsedEnvelope parsed(name, "\"s-1\"", "subscribe");
    const auto read = parse_subscribe(parsed.envelope.payload);
    REQUIRE(read.has_value());
    const Subscribe& frame = *read;
    REQUIRE(frame.topics.size() == 2);
    CHECK(frame.topics[0].text() == "chat:chat-1");
    CHECK(frame.topics[1].text() == "org:acme");
    REQUIRE(frame.resume.topics.size() == 1);
    CHECK(frame.resume.topics[0].topic.text() == "chat:chat-1");
    CHECK(frame.resume.topics[0].after == ResumePoint(Sequence{41}));
    CHECK(frame.resume.epoch == "936da01f-9abd-4d9d-80c7-02af85c822a8");
}

void check_unsubscribe(const std::string& name) {
    const ParsedEnvelope parsed(name, "\"u-1\"", "unsubscribe");
    const auto read = parse_unsubscribe(parsed.envelope.payload);
    REQUIRE(read.has_value());
    const Unsubscribe& frame = *read;
    REQUIRE(frame.topics.size() == 1);
    CHECK(frame.topics[0].text() == "org:acme");
}

void check_read(const std::string& name) {
    const ParsedEnvelope parsed(name, "\"n-1\"", "read");
    const auto frame = parse_read(parsed.envelope.payload);
    REQUIRE(frame.has_value());
    CHECK(frame->topic.text() == "chat:chat-1");
    CHECK(frame->sequence == 42);
}

void check_auth_refresh(const std::string& name) {
    const ParsedEnvelope parsed(name, "\"f-1\"", "auth:refresh");
    const auto token = parse_token_refresh(parsed.envelope.payload);
    REQUIRE(token.has_value());
    CHECK(*token == "eyJhbGciOiJSUzI1NiJ9.e30.c2ln");
}

void check_presence_topics(const std::string& name, const std::string& id, const std::string& type) {
    const ParsedEnvelope parsed(name, id, type);
    const auto topics = parse_presence_topics(parsed.envelope.payload);
    REQUIRE(topics.has_value());
    REQUIRE(topics->size() == 1);
    CHECK(topics->front().text() == "chat:chat-1");
}

void check_presence_subscribe(const std::string& name) {
    check_presence_topics(name, "\"w-1\"", "presence:subscribe");
}

void check_presence_unsubscribe(const std::string& name) {
    check_presence_topics(name, "\"w-3\"", "presence:unsubscribe");
}

void check_presence_update(const std::string& name) {
    const ParsedEnvelope parsed(name, "\"w-2\"", "presence:update");
    const auto update = parse_presence_update(parsed.envelope.payload);
    REQUIRE(update.has_value());
    CHECK(update->status == PresenceStatus::away);
    CHECK(update->activity == "Lunch");
}

}  // namespace

TEST_CASE("client frames in docs/protocol.md are understood") {
    const std::map<std::string, std::function<void(const std::string&)>> checks{
        {"client/auth-refresh", check_auth_refresh},
        {"client/notification-ack", check_notification_ack},
        {"client/ping", check_ping},
        {"client/read", check_read},
        {"client/presence-subscribe", check_presence_subscribe},
        {"client/presence-unsubscribe", check_presence_unsubscribe},
        {"client/presence-update", check_presence_update},
        {"client/send-message", check_send_message},
        {"client/send-message-transient", check_send_message_transient},
        {"client/send-message-with-ack", check_send_message_with_ack},
        {"client/subscribe", check_subscribe},
        {"client/unsubscribe", check_unsubscribe},
    };
    CHECK(testing::names_of(checks) == testing::golden_names("client"));
    for (const auto& [name, check] : checks) check(name);
}

}  // namespace notifyd::wire
