// What an endpoint answers, and its bytes on the wire. The one place where an Error becomes an HTTP reply.
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
    std::string vary{};                                        // by which headers besides Origin; may be empty
    // For the log: what an error's reply says, and the user that it is about, where a refused token or connect names
    // one.
    std::optional<Error> refusal{};
    std::string refused_user{};
};

[[nodiscard]] HttpReply json_reply(int status, std::string body);
// With WWW-Authenticate on a 401 and Retry-After on a 429 and 503.
[[nodiscard]] HttpReply error_reply(const Error& error, std::string_view correlation_id);

enum class KeepAlive : bool { no, yes };
enum class BodyMode : std::uint8_t { sent, left_out };  // left out: the answer to HEAD

struct ReplyContext {
    std::string_view correlation_id;
    std::string_view allow_origin;  // empty: no CORS headers
    EpochMs now = 0;
    KeepAlive keep_alive = KeepAlive::yes;
    BodyMode body = BodyMode::sent;
};

[[nodiscard]] FramePtr encode_reply(const HttpReply& reply, const ReplyContext& context);

}  // namespace notifyd::gateway
