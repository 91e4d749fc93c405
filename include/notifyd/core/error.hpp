// The closed list of things that can be wrong with a request, as docs/protocol.md#errors names them.
// Owns: a sentence. Thread: any (a value). Fails: never.
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

// `message` is a sentence for the client: never internal text, never a token.
struct Error {
    Error() = default;
    Error(Errc error_code, std::string sentence) : code(error_code), message(std::move(sentence)) {}

    Errc code = Errc::internal;
    std::string message;
    // When a client that got rate_limited or unavailable should come back (`Retry-After`). A second where nobody knows:
    // queues drain in milliseconds, restarts take a second.
    std::chrono::milliseconds retry_after{std::chrono::seconds(1)};

    // --- for the log only

    // What the code leaves open: the config key of a limit ("connections.max_per_user"), or a short name. From a closed
    // set: it lives for ever.
    std::string_view cause{};
    // The topic that it is about ("chat:abc").
    std::string topic{};
};

// `limit` is the config key.
[[nodiscard]] inline Error rate_limited(std::string sentence,
                                        std::chrono::milliseconds wait,
                                        std::string_view limit = {}) {
    Error error(Errc::rate_limited, std::move(sentence));
    error.retry_after = wait;
    error.cause = limit;
    return error;
}

// What the log calls it.
[[nodiscard]] inline std::string_view reason_of(const Error& error) {
    return error.cause.empty() ? to_string(error.code) : error.cause;
}

// With what the log says of it.
[[nodiscard]] inline Error caused_by(std::string_view cause, Error error) {
    error.cause = cause;
    return error;
}

}  // namespace notifyd
