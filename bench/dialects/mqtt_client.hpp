// MQTT 3.1.1 over WebSocket, QoS 0: a chat is a topic.
#pragma once

#include "dialects/dialect_client.hpp"
#include "dialects/mqtt_codec.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::bench {

class MqttClient : public DialectClient {
  public:
    static constexpr Replies replies = Replies::none;

    static MessageTemplate message(const Options& options, std::string_view chat);

    // Once the constructor returns, a subscriber receives everything published on the topic.
    MqttClient(Setup& setup, const Seat& seat);

    void send(std::string_view message) { client_.send_binary(message); }

    template <class OnText>
    void receive(Scratch& scratch, OnText&& on_text) {
        receive_packets(scratch, [&](const MqttPacket& packet) {
            const std::optional<std::string_view> payload = mqtt_payload(packet);
            on_text(payload.value_or("a packet that is no message"));
        });
    }

  private:
    template <class OnPacket>
    void receive_packets(Scratch& scratch, OnPacket&& on_packet) {
        client_.receive_pieces(scratch, [&](std::string_view piece) {
            if (!cutter_.add(piece, on_packet)) {
                throw ConnectionError("a packet of the server is broken");
            }
        });
    }

    // Sends the packet, then waits for one of that kind, whose last byte says whether the server accepted the request.
    void ask(Scratch& scratch, const std::string& packet, MqttKind answer);

    MessageCutter<MqttPacket, parse_mqtt_packet> cutter_;
};

}  // namespace notifyd::bench
