#include "message_template.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace notifyd::bench {
namespace {

constexpr std::string_view empty_stamp = "00000000";
static_assert(empty_stamp.size() == MessageTemplate::stamp_digits);

std::string join(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) {
        text.append(part);
    }
    return text;
}

// The payload object, made as long as the options ask by its `content`.
std::string payload_text(const Options& options) {
    constexpr std::string_view end = "\"}";
    std::string text =
        join({"{", MessageTemplate::stamp_needle, empty_stamp, R"(","chatId":")", options.chat, R"(","content":")"});
    text.append(options.payload_bytes - std::min(options.payload_bytes, text.size() + end.size()), 'x');
    return text.append(end);
}

std::string common_text(const Options& options) {
    return join({R"("targetChannel":"WebSocket","messageType":")", name_of(options.type), "\","});
}

void write_stamp(std::string& text, std::size_t at, std::uint32_t stamp) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t index = MessageTemplate::stamp_digits; index > 0; --index) {
        text[at + index - 1] = digits[stamp & 0xFU];
        stamp >>= 4U;
    }
}

}  // namespace

MessageTemplate MessageTemplate::websocket_text(const Options& options) {
    return MessageTemplate(join({R"({"action":"sendMessage",)",
                                 common_text(options),
                                 request_needle,
                                 empty_stamp,
                                 R"(","payload":)",
                                 payload_text(options),
                                 "}"}));
}

MessageTemplate MessageTemplate::http_request(const Options& options) {
    const std::string body = join({"{", common_text(options), R"("payload":)", payload_text(options), "}"});
    return MessageTemplate(join({"POST /publish HTTP/1.1\r\nHost: ",
                                 options.host,
                                 ":",
                                 std::to_string(options.port),
                                 "\r\nAuthorization: Bearer ",
                                 options.publisher_token,
                                 "\r\nContent-Type: application/json\r\nContent-Length: ",
                                 std::to_string(body.size()),
                                 "\r\n\r\n",
                                 body}));
}

MessageTemplate::MessageTemplate(std::string text) : text_(std::move(text)) {
    stamp_at_ = text_.find(stamp_needle) + stamp_needle.size();
    const std::size_t request = text_.find(request_needle);
    request_at_ = request == std::string::npos ? 0 : request + request_needle.size();
}

std::string_view MessageTemplate::fill(std::uint32_t stamp, std::uint32_t request) {
    write_stamp(text_, stamp_at_, stamp);
    if (request_at_ != 0) {
        write_stamp(text_, request_at_, request);
    }
    return text_;
}

}  // namespace notifyd::bench
