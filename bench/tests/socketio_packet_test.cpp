// The kinds of Socket.IO frames; part of a frame is never mistaken for a message.
#include "dialects/socketio_packet.hpp"

#include "dialects/socketio_client.hpp"
#include "field_finder.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace notifyd::bench;

TEST_CASE("socket.io: the kinds of packets") {
    CHECK(kind_of_socketio_packet(R"(0{"sid":"x","pingInterval":25000})") == SocketIoPacket::open);
    CHECK(kind_of_socketio_packet(R"(40{"sid":"y"})") == SocketIoPacket::connected);
    CHECK(kind_of_socketio_packet("2") == SocketIoPacket::ping);
    CHECK(kind_of_socketio_packet(R"(42["message",{"stamp":"00000001"}])") == SocketIoPacket::message);
    for (const char* text : {"", "3", "41", "44{\"message\":\"no\"}", "42[\"other\",{}]", "2probe"}) {
        CAPTURE(text);
        CHECK(kind_of_socketio_packet(text) == SocketIoPacket::other);
    }
}

TEST_CASE("socket.io: a prefix of a message is no message until its payload begins") {
    constexpr std::string_view text = R"(42["message",{"stamp":"00000001"}])";
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        CAPTURE(cut);
        const bool is_message = kind_of_socketio_packet(text.substr(0, cut)) == SocketIoPacket::message;
        CHECK(is_message == (cut >= text.find('{')));
    }
}

TEST_CASE("socket.io: a publish carries the payload") {
    Options options;
    MessageTemplate message = SocketIoClient::message(options, "room");
    const std::string text(message.fill(0xABCU, 0));
    CHECK(text.starts_with(R"(42["publish","room",{"stamp":"00000abc",)"));
    CHECK(text.ends_with("\"}]"));
    CHECK(FieldFinder(std::string(MessageTemplate::stamp_needle)).stamp(text) == 0xABCU);
}
