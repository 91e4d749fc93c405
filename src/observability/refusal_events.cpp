// What the refusals of requests and frames write into the log, and the hint that names a proxy.
#include "notifyd/observability/events.hpp"

#include "event_line.hpp"

#include <string>

namespace notifyd::observability {

void Events::emit(const RequestRefused& event) {
    log_bounded(sink_, clock_, request_refused_, "request_refused", [&](Fields& fields) {
        fields.text("correlation_id", event.correlation_id).text("user_id", event.user);
        fields.text("method", event.method).text("route", event.route).number("status", event.status);
        fields.text("reason", event.reason).topic_text(event.topic).text("origin", event.origin);
        fields.text("address", event.address).text("what", event.what);
    });
}

void Events::emit(const FrameRefused& event) {
    log_bounded(sink_, clock_, frame_refused_, "frame_refused", [&](Fields& fields) {
        fields.connection(event.connection).user(event.user).text("reason", event.reason).topic_text(event.topic);
        fields.text("address", event.address).text("what", event.what);
    });
}

void Events::emit(const ForwardedForIgnored& event) {
    if (!sink_.wants(LogLevel::warn) || !forwarded_for_ignored_.admit(event.network, clock_.steady_now())) return;
    const bool is_unix = event.address == "unix";
    const std::string what =
        is_unix ? std::string(
                      "X-Forwarded-For from a Unix socket is ignored, so that all clients count as one: name "
                      "any address, such as \"127.0.0.1\", in server.trusted_proxies")
                : "X-Forwarded-For from " + std::string(event.address) +
                      " is ignored, so that all clients behind it count as one: if that is your proxy, add \"" +
                      std::string(event.address) + "\" to server.trusted_proxies";
    log(sink_, clock_, LogLevel::warn, "forwarded_for_ignored", [&](Fields& fields) {
        fields.text("address", event.address).text("what", what);
    });
}

}  // namespace notifyd::observability
