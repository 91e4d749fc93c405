// WebSocket frames as a server sends them: unfragmented and unmasked (RFC 6455 §5.2).
// Thread: a FramePtr stays on the loop that made it.
#pragma once

#include "notifyd/core/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace notifyd::wire {

enum class Opcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9 };

// One frame; `pieces` form its payload, in order.
[[nodiscard]] FramePtr make_websocket_frame(Opcode opcode, std::span<const std::string_view> pieces);

// To put several frames into one buffer: the size of one, and writing it to `out`, which returns its end.
[[nodiscard]] std::size_t websocket_frame_bytes(std::span<const std::string_view> pieces);
char* write_websocket_frame(char* out, Opcode opcode, std::span<const std::string_view> pieces);

// A frame read back from such a buffer.
struct WebSocketFrameView {
    Opcode opcode = Opcode::text;
    std::string_view payload;
    std::size_t bytes = 0;  // header and payload
};
// The frame at the start of `bytes`; nullopt if it is incomplete.
[[nodiscard]] std::optional<WebSocketFrameView> first_websocket_frame(std::string_view bytes);

}  // namespace notifyd::wire
