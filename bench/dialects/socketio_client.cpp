#include "dialects/socketio_client.hpp"

#include <string>

namespace notifyd::bench {
namespace {

// [name,"chat"…
std::string event(std::string_view name, std::string_view chat) {
    return std::string("42[\"").append(name).append("\",\"").append(chat).append("\"");
}

}  // namespace

MessageTemplate SocketIoClient::message(const Options& options, std::string_view chat) {
    return MessageTemplate(event("publish", chat) + "," + MessageTemplate::payload(options, chat) + "]");
}

SocketIoClient::SocketIoClient(Setup& setup, const Seat& seat)
    : DialectClient(setup, {.target = "/socket.io/?EIO=4&transport=websocket", .headers = ""}) {
    await(setup.scratch, SocketIoPacket::open);
    client_.send_text("40");
    await(setup.scratch, SocketIoPacket::connected);
    if (seat.subscribes()) {
        join(setup.scratch, seat.chat);
    }
}

void SocketIoClient::await(Scratch& scratch, SocketIoPacket kind) {
    bool came = false;
    client_.wait_until([&] {
        client_.receive(scratch, [&](std::string_view text) { came = came || kind_of_socketio_packet(text) == kind; });
        return came;
    });
}

// A join is not answered, but a WebSocket ping is, and the server reads the ping after the join.
void SocketIoClient::join(Scratch& scratch, std::string_view chat) {
    client_.send_text(event("join", chat) + "]");
    client_.send_ping();
    client_.wait_until([&] {
        client_.receive(scratch, [](std::string_view) {});
        return client_.pongs() > 0;
    });
}

void SocketIoClient::answer_ping() {
    client_.send_text("3");
    client_.flush();
}

}  // namespace notifyd::bench
