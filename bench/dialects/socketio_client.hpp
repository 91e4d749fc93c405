// Socket.IO over its WebSocket transport. The events are defined in bench/peers/socketio_server.js.
#pragma once

#include "dialects/dialect_client.hpp"
#include "dialects/socketio_packet.hpp"

#include <string_view>

namespace notifyd::bench {

class SocketIoClient : public DialectClient {
  public:
    static constexpr Replies replies = Replies::none;

    static MessageTemplate message(const Options& options, std::string_view chat);

    // Once the constructor returns, a subscriber receives everything published in the chat.
    SocketIoClient(Setup& setup, const Seat& seat);

    void send(std::string_view message) { client_.send_text(message); }

    template <class OnText>
    void receive(Scratch& scratch, OnText&& on_text) {
        client_.receive(scratch, [&](std::string_view text) {
            if (kind_of_socketio_packet(text) == SocketIoPacket::ping) [[unlikely]] {
                answer_ping();
            } else {
                on_text(text);
            }
        });
    }

  private:
    void await(Scratch& scratch, SocketIoPacket kind);
    void join(Scratch& scratch, std::string_view chat);
    void answer_ping();
};

}  // namespace notifyd::bench
