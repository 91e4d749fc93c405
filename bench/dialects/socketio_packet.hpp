// Classifies a text frame of Socket.IO's protocol (Engine.IO 4, Socket.IO 5).
// Anything else is `other`.
#pragma once

#include <cstdint>
#include <string_view>

namespace notifyd::bench {

enum class SocketIoPacket : std::uint8_t { open, connected, ping, message, other };

constexpr SocketIoPacket kind_of_socketio_packet(std::string_view text) {
    if (text.starts_with("42[\"message\",")) [[likely]] {
        return SocketIoPacket::message;
    }
    if (text == "2") {
        return SocketIoPacket::ping;
    }
    if (text.starts_with("0{")) {
        return SocketIoPacket::open;
    }
    return text.starts_with("40{") ? SocketIoPacket::connected : SocketIoPacket::other;
}

}  // namespace notifyd::bench
