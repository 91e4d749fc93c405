#include "dialects/resp_codec.hpp"

#include <charconv>

namespace notifyd::bench {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t line_bytes_max = 64 * 1024;
constexpr long long text_bytes_max = 64LL * 1024 * 1024;

Parse parse_bulk(std::string_view bytes, std::string_view line, RespReply& reply) {
    long long length = 0;
    const auto [end, error] = std::from_chars(line.data() + 1, line.data() + line.size(), length);
    if (error != std::errc{} || end != line.data() + line.size() || length < -1 || length > text_bytes_max) {
        return Parse::broken;
    }
    const std::size_t start = line.size() + line_end.size();
    if (length == -1) {
        reply = {.kind = RespKind::nothing, .text = {}, .bytes = start};
        return Parse::complete;
    }
    const auto text_bytes = static_cast<std::size_t>(length);
    if (bytes.size() < start + text_bytes + line_end.size()) {
        return Parse::partial;
    }
    reply = {
        .kind = RespKind::text, .text = bytes.substr(start, text_bytes), .bytes = start + text_bytes + line_end.size()};
    return bytes.substr(start + text_bytes, line_end.size()) == line_end ? Parse::complete : Parse::broken;
}

}  // namespace

Parse parse_resp_reply(std::string_view bytes, RespReply& reply) {
    const std::size_t line_bytes = bytes.find(line_end);
    if (line_bytes == std::string_view::npos) {
        return bytes.size() > line_bytes_max ? Parse::broken : Parse::partial;
    }
    const std::string_view line = bytes.substr(0, line_bytes);
    if (line.empty()) {
        return Parse::broken;
    }
    reply = {.kind = RespKind::text, .text = line.substr(1), .bytes = line_bytes + line_end.size()};
    switch (line.front()) {
        case '+':
            return Parse::complete;
        case '-':
            reply.kind = RespKind::error;
            return Parse::complete;
        case ':':
            reply.kind = RespKind::integer;
            return Parse::complete;
        case '$':
            return parse_bulk(bytes, line, reply);
        default:
            return Parse::broken;
    }
}

std::string resp_command(std::initializer_list<std::string_view> words) {
    std::string text = "*" + std::to_string(words.size());
    for (const std::string_view word : words) {
        text.append(line_end).append("$").append(std::to_string(word.size())).append(line_end).append(word);
    }
    return text.append(line_end);
}

}  // namespace notifyd::bench
