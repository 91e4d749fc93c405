// RFC 6455 frames as a client needs them: masked ones out, unmasked ones in, parsed where they lie.
// Owns: nothing. Thread: any. Fails: by FrameParse::broken, never by throwing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::bench {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct ServerFrame {
    Opcode opcode = Opcode::text;
    std::string_view payload;  // points into the bytes that were parsed
    std::size_t bytes = 0;     // header and payload
};

enum class FrameParse : std::uint8_t { complete, partial, broken };

// Reads the frame at the front of `bytes`. Masked and fragmented frames are broken: the server sends neither.
FrameParse parse_server_frame(std::string_view bytes, ServerFrame& frame);

// Appends one frame, masked with `mask`.
void append_client_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

// The status code of a close frame's payload; 1005 when it has none.
std::uint16_t close_code_of(std::string_view payload);

}  // namespace notifyd::bench
