// Replies and commands of redis-server's protocol, RESP 2.
// Malformed input yields Parse::broken, and so does an array, because no command used here is answered with one.
#pragma once

#include "parse.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace notifyd::bench {

enum class RespKind : std::uint8_t { text, error, integer, nothing };

struct RespReply {
    RespKind kind = RespKind::nothing;
    std::string_view text;
    std::size_t bytes = 0;
};

Parse parse_resp_reply(std::string_view bytes, RespReply& reply);

std::string resp_command(std::initializer_list<std::string_view> words);

}  // namespace notifyd::bench
