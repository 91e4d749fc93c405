// The HTTP status of each error (docs/protocol.md#errors); WebSocket errors carry the same number.
#pragma once

#include "notifyd/core/error.hpp"

namespace notifyd {

[[nodiscard]] constexpr int http_status(Errc code) {
    switch (code) {
        case Errc::invalid_request:
            return 400;
        case Errc::invalid_json:
            return 400;
        case Errc::unauthorized:
            return 401;
        case Errc::forbidden:
            return 403;
        case Errc::blocked:
            return 403;
        case Errc::notifications_disabled:
            return 403;
        case Errc::not_found:
            return 404;
        case Errc::method_not_allowed:
            return 405;
        case Errc::request_timeout:
            return 408;
        case Errc::conflict:
            return 409;
        case Errc::gone:
            return 410;
        case Errc::payload_too_large:
            return 413;
        case Errc::uri_too_long:
            return 414;
        case Errc::unsupported_media_type:
            return 415;
        case Errc::upgrade_required:
            return 426;
        case Errc::rate_limited:
            return 429;
        case Errc::headers_too_large:
            return 431;
        case Errc::internal:
            return 500;
        case Errc::unavailable:
            return 503;
    }
    return 500;
}

}  // namespace notifyd
