// A publish whose text is built once; for each message, only its two stamps are overwritten.
#pragma once

#include "options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::bench {

class MessageTemplate {
  public:
    // The text before the stamp in a delivered message, and before the request id in an answer.
    static constexpr std::string_view stamp_needle = "\"stamp\":\"";
    static constexpr std::string_view request_needle = "\"requestId\":\"";

    // notifyd's WebSocket frame `sendMessage`, and a complete POST /publish request.
    static MessageTemplate send_message(const Options& options, std::string_view chat);
    static MessageTemplate http_request(const Options& options, std::string_view chat);

    // The payload object: a stamp, padded to the requested number of bytes. Other servers receive nothing else.
    static std::string payload(const Options& options, std::string_view chat);

    // `text` contains a payload, and optionally a request id after the needle `request_behind`.
    explicit MessageTemplate(std::string text, std::string_view request_behind = request_needle);

    // The text with these stamps; valid until the next call. `request` is ignored if the text has no request id.
    std::string_view fill(std::uint32_t stamp, std::uint32_t request);

  private:
    std::string text_;
    std::size_t stamp_at_ = 0;
    std::size_t request_at_ = 0;  // 0: none
};

}  // namespace notifyd::bench
