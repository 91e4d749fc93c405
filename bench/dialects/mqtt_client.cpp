#include "dialects/mqtt_client.hpp"

namespace notifyd::bench {

MessageTemplate MqttClient::message(const Options& options, std::string_view chat) {
    return MessageTemplate(mqtt_publish(chat, MessageTemplate::payload(options, chat)));
}

MqttClient::MqttClient(Setup& setup, const Seat& seat)
    : DialectClient(setup, {.target = "/mqtt", .headers = "Sec-WebSocket-Protocol: mqtt\r\n"}) {
    ask(setup.scratch, mqtt_connect(), MqttKind::connack);
    if (seat.subscribes()) {
        ask(setup.scratch, mqtt_subscribe(seat.chat), MqttKind::suback);
    }
}

void MqttClient::ask(Scratch& scratch, const std::string& packet, MqttKind answer) {
    client_.send_binary(packet);
    bool came = false;
    client_.wait_until([&] {
        receive_packets(scratch, [&](const MqttPacket& received) {
            if (received.kind != answer || !received.body.ends_with('\0')) {
                throw ConnectionError("the server refused an MQTT packet");
            }
            came = true;
        });
        return came;
    });
}

}  // namespace notifyd::bench
