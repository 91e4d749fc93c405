// Events of HTTP requests. `route` is the route's pattern, not the requested path.
#pragma once

#include "notifyd/observability/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::observability {

// Answered below 500.
struct RequestServed {
    static constexpr EventInfo info{"request_served", LogLevel::debug};

    std::string_view correlation_id{};
    std::string_view method{};
    std::string_view route{};
    std::int64_t status = 0;
    double latency_ms = 0;
    const UserId* user = nullptr;

    void describe(Fields& fields) const {
        fields.text("correlation_id", correlation_id).user(user).real("latency_ms", latency_ms);
        fields.text("method", method).text("route", route).number("status", status);
    }
};

// Answered 5xx.
struct RequestFailed {
    static constexpr EventInfo info{"request_failed", LogLevel::warn, bounded};

    std::string_view correlation_id{};
    std::string_view method{};
    std::string_view route{};
    std::int64_t status = 0;
    double latency_ms = 0;
    std::string_view reason{};
    std::string_view what{};
    std::string_view address{};
    std::string_view user{};  // if known

    void describe(Fields& fields) const {
        fields.text("correlation_id", correlation_id).text("user_id", user).real("latency_ms", latency_ms);
        fields.text("method", method).text("route", route).number("status", status);
        fields.text("reason", reason).text("address", address).text("what", what);
    }
};

// Answered 4xx, or refused before its endpoint saw it.
struct RequestRefused {
    static constexpr EventInfo info{"request_refused", LogLevel::info, bounded};

    std::string_view correlation_id{};
    std::string_view method{};
    std::string_view route{};  // empty: refused before a route was looked up
    std::int64_t status = 0;
    std::string_view reason{};  // the code of the answer, or something more precise
    std::string_view what{};    // the message that the client got
    std::string_view address{};
    std::string_view user{};    // if known
    std::string_view topic{};   // "chat:abc", if the refusal is about one
    std::string_view origin{};  // the page's, if the refusal is about it

    void describe(Fields& fields) const {
        fields.text("correlation_id", correlation_id).text("user_id", user);
        fields.text("method", method).text("route", route).number("status", status);
        fields.text("reason", reason).topic_text(topic).text("origin", origin);
        fields.text("address", address).text("what", what);
    }
};

// X-Forwarded-For came from an address that is not a trusted proxy's.
struct ForwardedForIgnored {
    static constexpr EventInfo info{"forwarded_for_ignored", LogLevel::warn, once_per_cause};

    std::string_view address{};  // or "unix"
    std::string_view network{};  // which the address belongs to, if a single peer can have many

    [[nodiscard]] std::string_view cause() const { return network; }
    void describe(Fields& fields) const { fields.text("address", address).own_text("what", what()); }

  private:
    [[nodiscard]] std::string what() const {
        if (address == "unix") {
            return "X-Forwarded-For from a Unix socket is ignored, so that all clients count as one: name any address, "
                   "such as \"127.0.0.1\", in server.trusted_proxies";
        }
        const std::string proxy(address);
        return "X-Forwarded-For from " + proxy +
               " is ignored, so that all clients behind it count as one: if that is your proxy, add \"" + proxy +
               "\" to server.trusted_proxies";
    }
};

}  // namespace notifyd::observability
