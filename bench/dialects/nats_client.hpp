// nats-server over WebSocket: a chat is a subject.
#pragma once

#include "dialects/dialect_client.hpp"
#include "dialects/nats_codec.hpp"

#include <string>
#include <string_view>

namespace notifyd::bench {

class NatsClient : public DialectClient {
  public:
    static constexpr Replies replies = Replies::none;

    static MessageTemplate message(const Options& options, std::string_view chat);

    // Once the constructor returns, a subscriber receives everything published on the subject.
    NatsClient(Setup& setup, const Seat& seat);
    // Subscribes to the subject; with an empty one, to none.
    NatsClient(Setup& setup, std::string_view subject);

    void send(std::string_view message) { client_.send_binary(message); }

    template <class OnText>
    void receive(Scratch& scratch, OnText&& on_text) {
        receive_messages(scratch, [&](const NatsMessage& message) { on_text(message.payload); });
    }

    // Passes on messages only; everything else that the server sends is handled here.
    template <class OnMessage>
    void receive_messages(Scratch& scratch, OnMessage&& on_message) {
        receive_all(scratch, [&](const NatsMessage& message) {
            if (message.kind == NatsKind::message) [[likely]] {
                on_message(message);
            } else {
                handle_other(message);
            }
        });
    }

  private:
    template <class OnMessage>
    void receive_all(Scratch& scratch, OnMessage&& on_message) {
        client_.receive_pieces(scratch, [&](std::string_view piece) {
            if (!cutter_.add(piece, on_message)) {
                throw ConnectionError("a message of the server is broken");
            }
        });
    }

    void await(Scratch& scratch, NatsKind kind);
    // Answers a ping; throws if the server reports an error.
    void handle_other(const NatsMessage& message);

    MessageCutter<NatsMessage, parse_nats_message> cutter_;
};

// PUB with the payload; `reply_to` may be empty.
std::string nats_publish(std::string_view subject, std::string_view reply_to, std::string_view payload);

}  // namespace notifyd::bench
