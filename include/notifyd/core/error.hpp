// The closed set of request errors, named as in docs/protocol.md#errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace notifyd {

enum class Errc : std::uint8_t {
    invalid_request,
    invalid_json,
    unauthorized,
    forbidden,
    blocked,
    notifications_disabled,
    not_found,
    method_not_allowed,
    request_timeout,
    conflict,
    gone,
    payload_too_large,
    uri_too_long,
    unsupported_media_type,
    upgrade_required,
    rate_limited,
    headers_too_large,
    internal,
    unavailable,
};

// The `code` of an error body: the enumerator's name.
[[nodiscard]] std::string_view to_string(Errc code);

// `message` is written for the client: it never contains internal details or tokens.
struct Error {
    Error() = default;
    Error(Errc error_code, std::string text) : code(error_code), message(std::move(text)) {}

    Errc code = Errc::internal;
    std::string message;
    // When a client that was rate_limited or got unavailable should try again (`Retry-After`). One second by default:
    // queues drain in milliseconds, restarts take about a second.
    std::chrono::milliseconds retry_after{std::chrono::seconds(1)};

    // --- For the log only:

    // Detail beyond the code: the config key of a limit ("connections.max_per_user") or a short name. Must come from a
    // closed set of string literals, because it is not owned.
    std::string_view cause{};
    // The topic concerned ("chat:abc").
    std::string topic{};
};

// `limit` is the config key of the limit that was exceeded.
[[nodiscard]] inline Error rate_limited(std::string text, std::chrono::milliseconds wait, std::string_view limit = {}) {
    Error error(Errc::rate_limited, std::move(text));
    error.retry_after = wait;
    error.cause = limit;
    return error;
}

// The reason as it appears in the log.
[[nodiscard]] inline std::string_view reason_of(const Error& error) {
    return error.cause.empty() ? to_string(error.code) : error.cause;
}

// The same error with a cause for the log.
[[nodiscard]] inline Error caused_by(std::string_view cause, Error error) {
    error.cause = cause;
    return error;
}

}  // namespace notifyd
