#include "dialects/nats_codec.hpp"

#include <array>
#include <utility>

namespace notifyd::bench {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t line_bytes_max = 64 * 1024;
constexpr std::size_t payload_bytes_max = 64 * 1024 * 1024;

// The number after the last space; a value above the maximum if there is no number.
std::size_t last_number(std::string_view line) {
    std::size_t number = 0;
    std::size_t unit = 1;
    while (!line.empty() && line.back() >= '0' && line.back() <= '9' && unit <= payload_bytes_max * 10) {
        number += static_cast<std::size_t>(line.back() - '0') * unit;
        unit *= 10;
        line.remove_suffix(1);
    }
    return unit > 1 && line.ends_with(' ') ? number : payload_bytes_max + 1;
}

Parse parse_payload(std::string_view bytes, std::size_t line_bytes, NatsMessage& message) {
    const std::size_t payload_bytes = last_number(message.line);
    if (payload_bytes > payload_bytes_max) {
        return Parse::broken;
    }
    const std::size_t start = line_bytes + line_end.size();
    if (bytes.size() < start + payload_bytes + line_end.size()) {
        return Parse::partial;
    }
    message.kind = NatsKind::message;
    message.payload = bytes.substr(start, payload_bytes);
    message.bytes = start + payload_bytes + line_end.size();
    return bytes.substr(start + payload_bytes, line_end.size()) == line_end ? Parse::complete : Parse::broken;
}

Parse parse_control(std::string_view line, NatsMessage& message) {
    constexpr std::array<std::pair<std::string_view, NatsKind>, 5> known{{
        {"INFO ", NatsKind::info},
        {"PING", NatsKind::ping},
        {"PONG", NatsKind::pong},
        {"+OK", NatsKind::ok},
        {"-ERR", NatsKind::error},
    }};
    for (const auto& [name, kind] : known) {
        if (line.starts_with(name)) {
            message.kind = kind;
            message.payload = {};
            message.bytes = line.size() + line_end.size();
            return Parse::complete;
        }
    }
    return Parse::broken;
}

}  // namespace

Parse parse_nats_message(std::string_view bytes, NatsMessage& message) {
    const std::size_t line_bytes = bytes.find('\r');
    if (line_bytes == std::string_view::npos || line_bytes + 1 == bytes.size()) {
        return bytes.size() > line_bytes_max ? Parse::broken : Parse::partial;
    }
    if (bytes[line_bytes + 1] != '\n') {
        return Parse::broken;
    }
    message.line = bytes.substr(0, line_bytes);
    const bool is_message = message.line.starts_with("MSG ") || message.line.starts_with("HMSG ");
    return is_message ? parse_payload(bytes, line_bytes, message) : parse_control(message.line, message);
}

}  // namespace notifyd::bench
