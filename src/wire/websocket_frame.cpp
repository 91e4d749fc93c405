// RFC 6455 §5.2: the header in its shortest form, followed by the payload.
#include "notifyd/wire/websocket_frame.hpp"

#include <cstring>

namespace notifyd::wire {

namespace {

// From these sizes on, the length is encoded in two or in eight bytes, after a marker in its usual place.
constexpr std::size_t extended_16 = 126;
constexpr std::size_t extended_64 = 127;
constexpr std::size_t needs_64 = 65'536;

std::size_t payload_bytes(std::span<const std::string_view> pieces) {
    std::size_t payload = 0;
    for (const std::string_view piece : pieces) payload += piece.size();
    return payload;
}

constexpr std::size_t header_bytes(std::size_t payload) {
    if (payload < extended_16) return 2;
    return payload < needs_64 ? 4 : 10;
}

char* write_header(char* out, Opcode opcode, std::size_t payload) {
    *out++ = static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    std::size_t length_bytes = 0;
    if (payload < extended_16) {
        *out++ = static_cast<char>(payload);
    } else if (payload < needs_64) {
        *out++ = static_cast<char>(extended_16);
        length_bytes = 2;
    } else {
        *out++ = static_cast<char>(extended_64);
        length_bytes = 8;
    }
    for (std::size_t i = length_bytes; i-- > 0;) *out++ = static_cast<char>(payload >> (8 * i));
    return out;
}

}  // namespace

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

std::optional<WebSocketFrameView> first_websocket_frame(std::string_view bytes) {
    constexpr std::uint8_t opcode_bits = 0x0F;
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    if (bytes.size() < 2) return std::nullopt;
    std::size_t length = byte(1);
    std::size_t header = 2;
    if (length >= extended_16) {
        const std::size_t length_bytes = length == extended_16 ? 2 : 8;
        header += length_bytes;
        if (bytes.size() < header) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8U | byte(2 + i);
    }
    if (length > bytes.size() - header) return std::nullopt;
    return WebSocketFrameView{
        static_cast<Opcode>(byte(0) & opcode_bits), bytes.substr(header, length), header + length};
}

}  // namespace notifyd::wire
