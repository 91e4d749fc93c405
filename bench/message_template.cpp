#include "message_template.hpp"

#include "stamp.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace notifyd::bench {
namespace {

constexpr std::string_view empty_stamp = "00000000";
static_assert(empty_stamp.size() == stamp_digits);

std::string join(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) {
        text.append(part);
    }
    return text;
}

std::string common_text(const Options& options) {
    return join({R"("targetChannel":"WebSocket","messageType":")", name_of(options.type), "\","});
}

}  // namespace

std::string MessageTemplate::payload(const Options& options, std::string_view chat) {
    constexpr std::string_view end = "\"}";
    std::string text = join({"{", stamp_needle, empty_stamp, R"(","chatId":")", chat, R"(","content":")"});
    text.append(options.payload_bytes - std::min(options.payload_bytes, text.size() + end.size()), 'x');
    return text.append(end);
}

MessageTemplate MessageTemplate::send_message(const Options& options, std::string_view chat) {
    return MessageTemplate(join({R"({"action":"sendMessage",)",
                                 common_text(options),
                                 request_needle,
                                 empty_stamp,
                                 R"(","payload":)",
                                 payload(options, chat),
                                 "}"}));
}

MessageTemplate MessageTemplate::http_request(const Options& options, std::string_view chat) {
    const std::string body = join({"{", common_text(options), R"("payload":)", payload(options, chat), "}"});
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

MessageTemplate::MessageTemplate(std::string text, std::string_view request_behind) : text_(std::move(text)) {
    stamp_at_ = text_.find(stamp_needle) + stamp_needle.size();
    const std::size_t request = text_.find(request_behind);
    request_at_ = request == std::string::npos ? 0 : request + request_behind.size();
}

std::string_view MessageTemplate::fill(std::uint32_t stamp, std::uint32_t request) {
    write_stamp(text_.data() + stamp_at_, stamp);
    if (request_at_ != 0) {
        write_stamp(text_.data() + request_at_, request);
    }
    return text_;
}

}  // namespace notifyd::bench
