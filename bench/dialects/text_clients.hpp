// The dialects in which each text frame is a message: notifyd, plain broadcast servers, nchan.
#pragma once

#include "dialects/dialect_client.hpp"

#include <string_view>
#include <utility>

namespace notifyd::bench {

class TextClient : public DialectClient {
  public:
    void send(std::string_view message) { client_.send_text(message); }

    template <class OnText>
    void receive(Scratch& scratch, OnText&& on_text) {
        client_.receive(scratch, std::forward<OnText>(on_text));
    }

  protected:
    using DialectClient::DialectClient;
};

class NotifydClient : public TextClient {
  public:
    static constexpr Replies replies = Replies::checked;

    static MessageTemplate message(const Options& options, std::string_view chat);

    // Once the constructor returns, a subscriber receives everything published in the chat.
    NotifydClient(Setup& setup, const Seat& seat);
};

// Forwards every text unchanged to all connections of the chat.
class BroadcastClient : public TextClient {
  public:
    static constexpr Replies replies = Replies::none;

    static MessageTemplate message(const Options& options, std::string_view chat);

    BroadcastClient(Setup& setup, const Seat& seat);
};

class NchanClient : public TextClient {
  public:
    // nchan answers a publish with the status of the channel, as text.
    static constexpr Replies replies = Replies::ignored;

    static MessageTemplate message(const Options& options, std::string_view chat);

    NchanClient(Setup& setup, const Seat& seat);
};

}  // namespace notifyd::bench
