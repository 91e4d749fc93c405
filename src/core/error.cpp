// Error codes as text.
#include "notifyd/core/error.hpp"

namespace notifyd {

std::string_view to_string(Errc code) {
    switch (code) {
        case Errc::invalid_request:
            return "invalid_request";
        case Errc::invalid_json:
            return "invalid_json";
        case Errc::unauthorized:
            return "unauthorized";
        case Errc::forbidden:
            return "forbidden";
        case Errc::blocked:
            return "blocked";
        case Errc::notifications_disabled:
            return "notifications_disabled";
        case Errc::not_found:
            return "not_found";
        case Errc::method_not_allowed:
            return "method_not_allowed";
        case Errc::request_timeout:
            return "request_timeout";
        case Errc::conflict:
            return "conflict";
        case Errc::gone:
            return "gone";
        case Errc::payload_too_large:
            return "payload_too_large";
        case Errc::uri_too_long:
            return "uri_too_long";
        case Errc::unsupported_media_type:
            return "unsupported_media_type";
        case Errc::upgrade_required:
            return "upgrade_required";
        case Errc::rate_limited:
            return "rate_limited";
        case Errc::headers_too_large:
            return "headers_too_large";
        case Errc::internal:
            return "internal";
        case Errc::unavailable:
            return "unavailable";
    }
    return "internal";
}

}  // namespace notifyd
