#include "notifyd/wire/status.hpp"

#include "json_writer.hpp"

namespace notifyd::wire {

std::string error_body(const Error& error, std::string_view correlation_id) {
    std::string text;
    append_string_member(text, "{\"error\":", error.message);
    append_string_member(text, ",\"code\":", to_string(error.code));
    append_string_member(text, ",\"correlationId\":", correlation_id);
    return text += '}';
}

std::string health_body() {
    return "{\"status\":\"ok\"}";
}

std::string ready_body() {
    return "{\"status\":\"ready\"}";
}

std::string version_body(std::string_view version) {
    std::string text;
    append_string_member(text, "{\"name\":\"notifyd\",\"version\":", version);
    return text += '}';
}

}  // namespace notifyd::wire
