// A publish whose text is built once; only the two stamps are written anew for each message.
// Owns: the text. Thread: one. Fails: never.
#pragma once

#include "options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::bench {

class MessageTemplate {
  public:
    static constexpr std::size_t stamp_digits = 8;

    // What stands before the stamp in a delivered message, and before the request id in an answer.
    static constexpr std::string_view stamp_needle = "\"stamp\":\"";
    static constexpr std::string_view request_needle = "\"requestId\":\"";

    // `sendMessage` of a WebSocket, or the whole request of POST /publish.
    static MessageTemplate websocket_text(const Options& options);
    static MessageTemplate http_request(const Options& options);

    // The text with these stamps; valid until the next call. Over HTTP there is no request id to write.
    std::string_view fill(std::uint32_t stamp, std::uint32_t request);

  private:
    explicit MessageTemplate(std::string text);

    std::string text_;
    std::size_t stamp_at_ = 0;
    std::size_t request_at_ = 0;  // 0: none
};

}  // namespace notifyd::bench
