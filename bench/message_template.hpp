// A publish whose text is built once; only the two stamps are written anew for each message.
#pragma once

#include "options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::bench {

class MessageTemplate {
  public:
    // What stands before the stamp in a delivered message, and before the request id in an answer.
    static constexpr std::string_view stamp_needle = "\"stamp\":\"";
    static constexpr std::string_view request_needle = "\"requestId\":\"";

    // notifyd's `sendMessage` of a WebSocket, and the whole request of its POST /publish.
    static MessageTemplate send_message(const Options& options, std::string_view chat);
    static MessageTemplate http_request(const Options& options, std::string_view chat);

    // The payload object, which is all that other servers get: a stamp, padded to the requested number of bytes.
    static std::string payload(const Options& options, std::string_view chat);

    // A text with a payload in it, and perhaps a request id behind that needle.
    explicit MessageTemplate(std::string text, std::string_view request_behind = request_needle);

    // The text with these stamps; valid until the next call. Where there is no request id, none is written.
    std::string_view fill(std::uint32_t stamp, std::uint32_t request);

  private:
    std::string text_;
    std::size_t stamp_at_ = 0;
    std::size_t request_at_ = 0;  // 0: none
};

}  // namespace notifyd::bench
