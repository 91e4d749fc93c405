// WebSocket framing of what the server sends, RFC 6455 §5.2.
#include "notifyd/core/frame.hpp"

#include <cstring>

namespace notifyd {

namespace {

std::size_t payload_bytes(std::span<const std::string_view> pieces) {
    std::size_t payload = 0;
    for (const std::string_view piece : pieces) payload += piece.size();
    return payload;
}

constexpr std::size_t header_bytes(std::size_t payload) {
    if (payload < 126) return 2;
    return payload < 65'536 ? 4 : 10;
}

char* write_header(char* out, Opcode opcode, std::size_t payload) {
    *out++ = static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    std::size_t length_bytes = 0;
    if (payload < 126) {
        *out++ = static_cast<char>(payload);
    } else if (payload < 65'536) {
        *out++ = 126;
        length_bytes = 2;
    } else {
        *out++ = 127;
        length_bytes = 8;
    }
    for (std::size_t i = length_bytes; i-- > 0;) *out++ = static_cast<char>(payload >> (8 * i));
    return out;
}

}  // namespace

FramePtr make_frame(std::string_view bytes) {
    auto frame = Frame::make(bytes.size());
    if (!bytes.empty()) std::memcpy(frame->bytes(), bytes.data(), bytes.size());
    return frame;
}

std::size_t websocket_frame_bytes(std::span<const std::string_view> pieces) {
    const std::size_t payload = payload_bytes(pieces);
    return header_bytes(payload) + payload;
}

char* write_websocket_frame(char* out, Opcode opcode, std::span<const std::string_view> pieces) {
    out = write_header(out, opcode, payload_bytes(pieces));
    for (const std::string_view piece : pieces) {
        if (!piece.empty()) std::memcpy(out, piece.data(), piece.size());
        out += piece.size();
    }
    return out;
}

FramePtr make_websocket_frame(Opcode opcode, std::span<const std::string_view> pieces) {
    auto frame = Frame::make(websocket_frame_bytes(pieces));
    write_websocket_frame(frame->bytes(), opcode, pieces);
    return frame;
}

}  // namespace notifyd
