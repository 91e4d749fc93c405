// HTTP/1.1 replies as bytes (RFC 9112 §4, RFC 9110 §6.6.1).
#include "http/http_reply.hpp"

#include "notifyd/core/http_status.hpp"
#include "notifyd/wire/status.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <chrono>
#include <ctime>

namespace notifyd::gateway {

namespace {

std::string_view reason_phrase(int status) {
    const auto phrase = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
    return {phrase.data(), phrase.size()};
}

// IMF-fixdate, formatted once per second.
std::string_view http_date(EpochMs now) {
    static thread_local std::time_t made_for = -1;
    static thread_local std::array<char, 40> text{};
    const auto second = static_cast<std::time_t>(now / 1000);
    if (second != made_for) {
        std::tm parts{};
        gmtime_r(&second, &parts);
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
        made_for = second;
    }
    return text.data();
}

void add(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

HttpReply json_reply(int status, std::string body) {
    HttpReply reply;
    reply.status = status;
    reply.body = std::move(body);
    return reply;
}

HttpReply error_reply(const Error& error, std::string_view correlation_id) {
    HttpReply reply = json_reply(http_status(error.code), wire::error_body(error, correlation_id));
    reply.refusal = error;
    if (error.code == Errc::unauthorized) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (error.code == Errc::rate_limited || error.code == Errc::unavailable) {
        reply.headers.emplace_back("Retry-After",
                                   std::to_string(std::chrono::ceil<std::chrono::seconds>(error.retry_after).count()));
    }
    return reply;
}

FramePtr encode_reply(const HttpReply& reply, const ReplyContext& context) {
    std::string head;
    head.reserve(512);
    head.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
    head.append(reason_phrase(reply.status)).append("\r\n");
    add(head, "Date", http_date(context.now));
    add(head, "Server", "notifyd");
    if (reply.status != 204) {
        add(head, "Content-Type", reply.content_type);
        add(head, "Content-Length", std::to_string(reply.body.size()));
    }
    add(head, "Cache-Control", "no-store");
    add(head, "X-Content-Type-Options", "nosniff");
    add(head, "X-Request-Id", context.correlation_id);
    if (!context.allow_origin.empty()) {
        add(head, "Access-Control-Allow-Origin", context.allow_origin);
        add(head, "Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
    }
    const bool varies_by_origin = !context.allow_origin.empty() && context.allow_origin != "*";
    if (varies_by_origin || !reply.vary.empty()) {
        const std::string_view separator = varies_by_origin && !reply.vary.empty() ? ", " : "";
        add(head, "Vary", std::string(varies_by_origin ? "Origin" : "").append(separator).append(reply.vary));
    }
    for (const auto& [name, value] : reply.headers) add(head, name, value);
    if (context.keep_alive == KeepAlive::no) add(head, "Connection", "close");
    head.append("\r\n");
    if (reply.status != 204 && context.body == BodyMode::sent) head.append(reply.body);
    return make_frame(head);
}

}  // namespace notifyd::gateway
