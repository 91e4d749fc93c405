// WebSocket close codes that notifyd sends (docs/protocol.md#close-codes; RFC 6455 §7.4).
#pragma once

#include <cstdint>
#include <string_view>

namespace notifyd {

enum class CloseCode : std::uint16_t {
    going_away = 1001,
    unsupported_data = 1003,
    bad_text = 1007,
    policy = 1008,
    too_big = 1009,
    internal_error = 1011,
    restart = 1012,
    too_slow = 1013,
    token_expired = 4401,
    access_revoked = 4403,
    heartbeat_lost = 4408,
    replaced = 4409,
};

// The reason text sent with the code; always shorter than 123 bytes.
[[nodiscard]] constexpr std::string_view reason_text(CloseCode code) {
    switch (code) {
        case CloseCode::going_away:
            return "connection is too old";
        case CloseCode::unsupported_data:
            return "text frames only";
        case CloseCode::bad_text:
            return "not valid text or compression";
        case CloseCode::policy:
            return "rate limit";
        case CloseCode::too_big:
            return "message too big";
        case CloseCode::internal_error:
            return "internal error";
        case CloseCode::restart:
            return "server restarts";
        case CloseCode::too_slow:
            return "too slow";
        case CloseCode::token_expired:
            return "token expired";
        case CloseCode::access_revoked:
            return "access revoked";
        case CloseCode::heartbeat_lost:
            return "heartbeat lost";
        case CloseCode::replaced:
            return "replaced by a newer connection";
    }
    return "";
}

}  // namespace notifyd
