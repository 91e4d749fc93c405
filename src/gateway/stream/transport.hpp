// Reads and writes one socket without blocking, plain or through TLS. With TLS, OpenSSL works directly on the
// descriptor (SSL_set_fd) and keeps no buffer while idle: 20 kB per connection instead of the 70 kB of
// asio::ssl::stream.
// Owns:   the socket and the SSL object.
// Thread: one loop.
// Fails:  through the state; after `failed` or `eof` nothing more is read or written.
#pragma once

#include "notifyd/connection/outbox.hpp"

#include "stream/socket.hpp"

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>

namespace notifyd::gateway {

// plain_http: only from a handshake, if the peer does not speak TLS.
enum class IoState : std::uint8_t { done, want_read, want_write, eof, failed, plain_http };

struct IoResult {
    IoState state = IoState::done;
    std::size_t bytes = 0;
};

class Transport {
  public:
    // `tls` null: plain text.
    Transport(Socket socket, SSL_CTX* tls);

    [[nodiscard]] Socket& socket() { return socket_; }
    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    [[nodiscard]] bool is_tls() const { return ssl_ != nullptr; }

    // TLS only: one step of the handshake.
    [[nodiscard]] IoResult handshake();
    // Call after plain_http, which has read nothing: from here on, writes are plain, too.
    void stop_tls() { ssl_.reset(); }
    // Only with TLS: a plain socket is read through Asio.
    [[nodiscard]] IoResult read_tls(std::span<char> into);
    // Writes as much from the front of the outbox as the socket accepts, up to a limit, and consumes it.
    [[nodiscard]] IoResult write(connection::Outbox& outbox);
    // With TLS, sends close_notify if the connection is sound. Does not wait.
    void say_goodbye();

  private:
    struct SslDeleter {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    [[nodiscard]] IoResult plain_write(connection::Outbox& outbox);
    [[nodiscard]] IoResult tls_write(connection::Outbox& outbox);
    [[nodiscard]] IoState state_of(int result);
    // Decides by the first byte, without consuming it.
    [[nodiscard]] IoState look_at_first_byte();

    Socket socket_;
    std::unique_ptr<SSL, SslDeleter> ssl_;
    // After SSL_ERROR_SSL or SSL_ERROR_SYSCALL, the SSL object must not be used again, not even to close it.
    bool broken_ = false;
    bool has_begun_ = false;
};

}  // namespace notifyd::gateway
