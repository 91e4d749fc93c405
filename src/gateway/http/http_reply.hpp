// An endpoint's reply, and its bytes on the wire. The only place where an Error becomes an HTTP reply.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/error.hpp"
#include "notifyd/core/frame.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifyd::gateway {

struct HttpReply {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  // in addition to those of every reply
    std::string vary{};  // the headers besides Origin that it varies by; may be empty
    // For the log: the error in the reply, and the user it concerns, if a refused token or connect identifies one.
    std::optional<Error> refusal{};
    std::string refused_user{};
};

[[nodiscard]] HttpReply json_reply(int status, std::string body);
// With WWW-Authenticate for 401, and Retry-After for 429 and 503.
[[nodiscard]] HttpReply error_reply(const Error& error, std::string_view correlation_id);

enum class KeepAlive : bool { no, yes };
enum class BodyMode : std::uint8_t { sent, left_out };  // left out: the reply to HEAD

struct ReplyContext {
    std::string_view correlation_id;
    std::string_view allow_origin;  // empty: no CORS headers
    EpochMs now = 0;
    KeepAlive keep_alive = KeepAlive::yes;
    BodyMode body = BodyMode::sent;
};

[[nodiscard]] FramePtr encode_reply(const HttpReply& reply, const ReplyContext& context);

}  // namespace notifyd::gateway
