// The part of WebSocket that the raw server needs: the response to an upgrade, and complete frames.
// take_frame throws std::runtime_error for frames that the load generator never sends.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::bench {

enum class RawOpcode : unsigned char { text = 0x1, close = 0x8, ping = 0x9, pong = 0xA };

struct RawFrame {
    RawOpcode opcode{};
    std::string_view payload;  // unmasked in place
    std::size_t bytes = 0;     // including the header
};

// Parses the first frame in the bytes received from a client; std::nullopt until it is complete.
std::optional<RawFrame> take_frame(char* bytes, std::size_t size);

// Formats a frame from the server.
void append_frame(std::string& out, RawOpcode opcode, std::string_view payload);

struct RawUpgrade {
    std::string_view chat;
    std::string_view key;
    bool publishes_only = false;
    std::size_t bytes = 0;  // of the request
};

// Parses the request GET /?chat=NAME[&publish=1]; std::nullopt until it is complete. Throws for any other request.
std::optional<RawUpgrade> take_upgrade(std::string_view text);

std::string upgrade_answer(std::string_view key);

}  // namespace notifyd::bench
