// What nats-server sends to a client: https://docs.nats.io/reference/reference-protocols/nats-protocol.
// Malformed input yields Parse::broken.
#pragma once

#include "parse.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace notifyd::bench {

enum class NatsKind : std::uint8_t { message, info, ping, pong, ok, error };

struct NatsMessage {
    NatsKind kind = NatsKind::ok;
    std::string_view line;     // without the line end; for a message: MSG subject subscription [reply-to] bytes
    std::string_view payload;  // of a message, preceded by its headers, if any
    std::size_t bytes = 0;
};

Parse parse_nats_message(std::string_view bytes, NatsMessage& message);

}  // namespace notifyd::bench
