#include "dialects/text_clients.hpp"

#include <string>

namespace notifyd::bench {
namespace {

Upgrade notifyd_upgrade(const Options& options, const Seat& seat) {
    return {.target = "/ws?hello=1" + (seat.subscribes() ? "&chatId=" + seat.chat : ""),
            .headers = bearer(seat.publishes() ? options.publisher_token : options.subscriber_token)};
}

Upgrade broadcast_upgrade(const Seat& seat) {
    return {.target = "/?chat=" + seat.chat + (seat.subscribes() ? "" : "&publish=1"), .headers = ""};
}

std::string_view nchan_location(Role role) {
    switch (role) {
        case Role::subscriber:
            return "/sub/";
        case Role::publisher:
            return "/pub/";
        case Role::member:
            break;
    }
    return "/pubsub/";
}

// nginx sets TCP_NODELAY when it keeps a connection alive, and nchan never does. Without a request before the upgrade,
// messages would wait for the acknowledgement of the previous ones.
Upgrade nchan_upgrade(const Seat& seat) {
    return {.target = std::string(nchan_location(seat.role)) + seat.chat, .headers = "", .greeting = "/greeting"};
}

}  // namespace

MessageTemplate NotifydClient::message(const Options& options, std::string_view chat) {
    return MessageTemplate::send_message(options, chat);
}

NotifydClient::NotifydClient(Setup& setup, const Seat& seat) : TextClient(setup, notifyd_upgrade(setup.options, seat)) {
    bool connected = false;
    client_.wait_until([&] {
        client_.receive(setup.scratch, [&](std::string_view text) {
            connected = connected || text.find("\"connected\"") != std::string_view::npos;
        });
        return connected;
    });
}

MessageTemplate BroadcastClient::message(const Options& options, std::string_view chat) {
    return MessageTemplate(MessageTemplate::payload(options, chat));
}

BroadcastClient::BroadcastClient(Setup& setup, const Seat& seat) : TextClient(setup, broadcast_upgrade(seat)) {}

MessageTemplate NchanClient::message(const Options& options, std::string_view chat) {
    return MessageTemplate(MessageTemplate::payload(options, chat));
}

NchanClient::NchanClient(Setup& setup, const Seat& seat) : TextClient(setup, nchan_upgrade(seat)) {}

}  // namespace notifyd::bench
