// The packets of MQTT 3.1.1 that a client with QoS 0 needs.
// Malformed input yields Parse::broken.
#pragma once

#include "parse.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::bench {

enum class MqttKind : std::uint8_t { connect = 1, connack = 2, publish = 3, subscribe = 8, suback = 9 };

struct MqttPacket {
    MqttKind kind = MqttKind::connect;
    std::uint8_t flags = 0;
    std::string_view body;  // without the fixed header
    std::size_t bytes = 0;
};

Parse parse_mqtt_packet(std::string_view bytes, MqttPacket& packet);

// The payload of a PUBLISH packet with QoS 0; std::nullopt for any other packet.
inline std::optional<std::string_view> mqtt_payload(const MqttPacket& packet) {
    constexpr std::uint8_t quality_of_service = 0x06;
    constexpr std::size_t length_bytes = 2;
    if (packet.kind != MqttKind::publish || (packet.flags & quality_of_service) != 0 ||
        packet.body.size() < length_bytes) {
        return std::nullopt;
    }
    const std::size_t topic_bytes = static_cast<std::size_t>(static_cast<unsigned char>(packet.body[0])) << 8U |
                                    static_cast<unsigned char>(packet.body[1]);
    if (packet.body.size() < length_bytes + topic_bytes) {
        return std::nullopt;
    }
    return packet.body.substr(length_bytes + topic_bytes);
}

// Requests a clean session without keep-alive; the server chooses the client id.
std::string mqtt_connect();
std::string mqtt_subscribe(std::string_view topic);
std::string mqtt_publish(std::string_view topic, std::string_view payload);

}  // namespace notifyd::bench
