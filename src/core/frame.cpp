// WebSocket framing of what the server sends, RFC 6455 §5.2.
#include "notifyd/core/frame.hpp"

#include <cstring>

namespace notifyd {

namespace {

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

FramePtr make_websocket_frame(Opcode opcode, std::span<const std::string_view> pieces) {
    std::size_t payload = 0;
    for (const std::string_view piece : pieces) payload += piece.size();
    auto frame = Frame::make(header_bytes(payload) + payload);
    char* out = write_header(frame->bytes(), opcode, payload);
    for (const std::string_view piece : pieces) {
        if (!piece.empty()) std::memcpy(out, piece.data(), piece.size());
        out += piece.size();
    }
    return frame;
}

}  // namespace notifyd
