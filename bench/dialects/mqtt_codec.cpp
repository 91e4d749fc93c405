#include "dialects/mqtt_codec.hpp"

namespace notifyd::bench {
namespace {

constexpr std::size_t length_bytes_max = 4;

std::string with_length(std::string_view text) {
    std::string bytes;
    bytes += static_cast<char>(text.size() >> 8U & 0xFFU);
    bytes += static_cast<char>(text.size() & 0xFFU);
    return bytes.append(text);
}

std::string packet_of(MqttKind kind, std::uint8_t flags, std::string_view body) {
    std::string bytes(1, static_cast<char>(static_cast<unsigned>(kind) << 4U | flags));
    std::size_t left = body.size();
    do {
        const std::size_t more = left > 0x7FU ? 0x80U : 0U;
        bytes += static_cast<char>((left & 0x7FU) | more);
        left >>= 7U;
    } while (left > 0);
    return bytes.append(body);
}

}  // namespace

Parse parse_mqtt_packet(std::string_view bytes, MqttPacket& packet) {
    std::size_t length = 0;
    std::size_t header = 1;
    for (unsigned shift = 0;; shift += 7) {
        if (header > length_bytes_max) {
            return Parse::broken;
        }
        if (header >= bytes.size()) {
            return Parse::partial;
        }
        const auto byte = static_cast<unsigned char>(bytes[header++]);
        length |= static_cast<std::size_t>(byte & 0x7FU) << shift;
        if ((byte & 0x80U) == 0) {
            break;
        }
    }
    if (bytes.size() - header < length) {
        return Parse::partial;
    }
    const auto first = static_cast<unsigned char>(bytes[0]);
    packet.kind = static_cast<MqttKind>(first >> 4U);
    packet.flags = first & 0x0FU;
    packet.body = bytes.substr(header, length);
    packet.bytes = header + length;
    return Parse::complete;
}

std::string mqtt_connect() {
    constexpr std::string_view level_flags_and_keep_alive("\x04\x02\x00\x00", 4);
    return packet_of(MqttKind::connect, 0, with_length("MQTT").append(level_flags_and_keep_alive) + with_length(""));
}

std::string mqtt_subscribe(std::string_view topic) {
    constexpr std::string_view packet_id("\x00\x01", 2);
    constexpr std::string_view quality_of_service("\x00", 1);
    constexpr std::uint8_t reserved_flags = 2;
    return packet_of(MqttKind::subscribe,
                     reserved_flags,
                     std::string(packet_id).append(with_length(topic)).append(quality_of_service));
}

std::string mqtt_publish(std::string_view topic, std::string_view payload) {
    return packet_of(MqttKind::publish, 0, with_length(topic).append(payload));
}

}  // namespace notifyd::bench
