#include "dialects/nats_client.hpp"

namespace notifyd::bench {

std::string nats_publish(std::string_view subject, std::string_view reply_to, std::string_view payload) {
    std::string text = "PUB ";
    text.append(subject).append(reply_to.empty() ? "" : " ").append(reply_to).append(" ");
    return text.append(std::to_string(payload.size())).append("\r\n").append(payload).append("\r\n");
}

MessageTemplate NatsClient::message(const Options& options, std::string_view chat) {
    return MessageTemplate(nats_publish(chat, "", MessageTemplate::payload(options, chat)));
}

NatsClient::NatsClient(Setup& setup, const Seat& seat)
    : NatsClient(setup, seat.subscribes() ? std::string_view(seat.chat) : std::string_view()) {}

NatsClient::NatsClient(Setup& setup, std::string_view subject) : DialectClient(setup, {.target = "/", .headers = ""}) {
    await(setup.scratch, NatsKind::info);
    // With headers enabled, the server can report that a publish with a reply subject has no receiver.
    std::string greeting = R"(CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true})"
                           "\r\n";
    if (!subject.empty()) {
        greeting.append("SUB ").append(subject).append(" 1\r\n");
    }
    client_.send_binary(greeting.append("PING\r\n"));
    await(setup.scratch, NatsKind::pong);
}

void NatsClient::await(Scratch& scratch, NatsKind kind) {
    bool came = false;
    client_.wait_until([&] {
        receive_all(scratch, [&](const NatsMessage& message) {
            if (message.kind == kind) {
                came = true;
            } else {
                handle_other(message);
            }
        });
        return came;
    });
}

void NatsClient::handle_other(const NatsMessage& message) {
    if (message.kind == NatsKind::error) {
        throw ConnectionError("the server said " + std::string(message.line));
    }
    if (message.kind == NatsKind::ping) {
        client_.send_binary("PONG\r\n");
        client_.flush();
    }
}

}  // namespace notifyd::bench
