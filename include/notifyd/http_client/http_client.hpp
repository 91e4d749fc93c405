// Requests made by the server itself, on their own loop and thread, so that a slow peer never delays a connection.
// Flow:   caller (a coroutine on this loop) -> get -> resolve, connect, TLS, one request -> the body
// TLS trusts the system's certificate authorities (OpenSSL's SSL_CERT_FILE and SSL_CERT_DIR override them).
// Thread: start and stop on the thread that owns it; get on its own loop.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace notifyd::http_client {

template <class T>
using Awaitable = boost::asio::awaitable<T, runtime::Executor>;

// Whether get would try this URL: http or https, a valid host and port, no user.
[[nodiscard]] bool is_fetchable(std::string_view url);

struct GetRequest {
    // http or https, without a user. Its host must match the peer's certificate.
    std::string url;
    std::size_t body_bytes_max = 0;
    // From name resolution to the last byte of the response.
    Milliseconds deadline{};
};

class HttpClient {
  public:
    explicit HttpClient(const Clock& clock);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    [[nodiscard]] runtime::EventLoop& loop();
    void start();
    // Waits for the thread; requests in progress end with it, unanswered.
    void stop();

    // Succeeds only with status 200: redirects are not followed. Fails with Errc::unavailable and a message for the
    // log, which contains nothing of the URL or the response.
    [[nodiscard]] Awaitable<Result<std::string>> get(GetRequest request);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace notifyd::http_client
