// Request and correlation ids.
#include "http/request_ids.hpp"

#include <algorithm>

namespace notifyd::gateway {

namespace {

constexpr std::size_t id_chars_max = 128;

// Visible ASCII: fit for a header and a log line.
bool is_fit(std::string_view id) {
    return !id.empty() && id.size() <= id_chars_max &&
           std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// version "-" trace-id (32 hex digits, not all zero) "-" parent-id "-" flags
std::string_view trace_id_of(std::string_view traceparent) {
    constexpr std::size_t trace_at = 3;
    constexpr std::size_t trace_chars = 32;
    if (traceparent.size() < 55 || traceparent[2] != '-' || traceparent[trace_at + trace_chars] != '-') return {};
    const std::string_view trace = traceparent.substr(trace_at, trace_chars);
    const bool hex = std::all_of(
        trace.begin(), trace.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    return hex && trace.find_first_not_of('0') != std::string_view::npos ? trace : std::string_view{};
}

}  // namespace

std::string choose_correlation_id(const RequestIdHeaders& headers, IdSource& ids) {
    for (const std::string_view id : {headers.request_id, headers.correlation_id, trace_id_of(headers.traceparent)}) {
        if (is_fit(id)) return std::string(id);
    }
    return ids.random().to_string();
}

}  // namespace notifyd::gateway
