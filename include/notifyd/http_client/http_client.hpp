// Requests that the server itself makes, on a loop and thread of their own: a slow peer never holds up a connection.
// Flow:   caller (a coroutine on this loop) -> get -> resolve, connect, TLS, one request -> the body
// Owns:   its event loop and thread, and from the first https URL on a TLS context that trusts the system's certificate
// authorities
//         (OpenSSL's SSL_CERT_FILE and SSL_CERT_DIR name others).
// Thread: start and stop on the thread that owns it; get on its own loop.
// Fails:  get with Errc::unavailable and a sentence for the log, which holds nothing of the URL or the answer.
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

// Whether get would try it: http or https, a name and a port that can be, no user.
[[nodiscard]] bool is_fetchable(std::string_view url);

struct GetRequest {
    // http or https, without a user. The name in it is the one that the peer's certificate must have.
    std::string url;
    std::size_t body_bytes_max = 0;
    // From the name's resolution to the last byte of the answer.
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
    // What is under way ends with it, unanswered. Waits for the thread.
    void stop();

    // Only the status 200 is an answer: redirects are not followed.
    [[nodiscard]] Awaitable<Result<std::string>> get(GetRequest request);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace notifyd::http_client
