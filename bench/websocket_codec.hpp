// The frames of RFC 6455 for a client: it sends masked frames and receives unmasked ones, which are parsed in place.
// Malformed input yields Parse::broken.
#pragma once

#include "parse.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::bench {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// Control frames may arrive between the fragments of a message.
constexpr bool is_data(Opcode opcode) {
    return opcode == Opcode::continuation || opcode == Opcode::text || opcode == Opcode::binary;
}

// The longest payload whose length fits into the second byte of the header.
inline constexpr std::size_t frame_small_max = 125;

namespace detail {

template <std::size_t count>
std::uint64_t read_big_endian(const char* bytes) {
    std::uint64_t value = 0;
    for (std::size_t index = 0; index < count; ++index) {
        value = value << 8U | static_cast<unsigned char>(bytes[index]);
    }
    return value;
}

}  // namespace detail

struct ServerFrameHeader {
    Opcode opcode = Opcode::text;
    bool final = true;
    std::size_t bytes = 0;  // of the header alone
    std::uint64_t payload_bytes = 0;
};

// Reads the header at the front of `bytes`. Masked frames and frames of extensions are broken. This and the next
// function are inline, because they are a large part of the cost of a delivery.
inline Parse parse_server_frame_header(std::string_view bytes, ServerFrameHeader& header) {
    if (bytes.size() < 2) {
        return Parse::partial;
    }
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    const bool extended = (first & 0x70U) != 0;
    const bool masked = (second & 0x80U) != 0;
    if (extended || masked) {
        return Parse::broken;
    }
    header.opcode = static_cast<Opcode>(first & 0x0FU);
    header.final = (first & 0x80U) != 0;
    if (second <= frame_small_max) {
        header.bytes = 2;
        header.payload_bytes = second;
    } else if (second == frame_small_max + 1) {
        header.bytes = 4;
        header.payload_bytes = bytes.size() < header.bytes ? 0 : detail::read_big_endian<2>(bytes.data() + 2);
    } else {
        header.bytes = 10;
        header.payload_bytes = bytes.size() < header.bytes ? 0 : detail::read_big_endian<8>(bytes.data() + 2);
    }
    return bytes.size() < header.bytes ? Parse::partial : Parse::complete;
}

struct ServerFrame {
    Opcode opcode = Opcode::text;
    std::string_view payload;  // points into the bytes that were parsed
    std::size_t bytes = 0;     // header and payload
};

// Reads the whole frame at the front of `bytes`; a fragment is broken, too.
inline Parse parse_server_frame(std::string_view bytes, ServerFrame& frame) {
    ServerFrameHeader header;
    const Parse parsed = parse_server_frame_header(bytes, header);
    if (parsed != Parse::complete) {
        return parsed;
    }
    if (!header.final) {
        return Parse::broken;
    }
    if (bytes.size() - header.bytes < header.payload_bytes) {
        return Parse::partial;
    }
    frame.opcode = header.opcode;
    frame.payload = std::string_view(bytes.data() + header.bytes, static_cast<std::size_t>(header.payload_bytes));
    frame.bytes = header.bytes + frame.payload.size();
    return Parse::complete;
}

// Appends one frame, masked with `mask`.
void append_client_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

// The status code in the payload of a close frame; 1005 if there is none.
std::uint16_t close_code_of(std::string_view payload);

}  // namespace notifyd::bench
