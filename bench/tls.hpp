// A TLS 1.3 client that does not verify the certificate.
//
// One read of the socket fetches many records into a scratch buffer that all connections share, and OpenSSL takes the
// records from there. So a record costs no system call, and an idle connection has no buffer.
// Throws ConnectionError with OpenSSL's message.
#pragma once

#include "choices.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct bio_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace notifyd::bench {

class TlsContext {
  public:
    // With `resume`, each connection resumes the session for which the server issued the latest ticket.
    explicit TlsContext(Switch resume);
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    // The number of handshakes that resumed a session.
    std::uint64_t resumed() const { return resumed_; }

  private:
    friend class TlsSession;

    static int take_session(ssl_st* connection, ssl_session_st* session);

    struct Free {
        void operator()(ssl_ctx_st* context) const;
        void operator()(ssl_session_st* session) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
    std::unique_ptr<ssl_session_st, Free> session_;
    std::uint64_t resumed_ = 0;
};

class TlsSession {
  public:
    TlsSession(TlsContext& context, int descriptor);
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // Continues the handshake; returns true when it is complete.
    bool shake_hands();

    struct Count {
        std::size_t bytes = 0;
        bool ended = false;
    };
    // Reads the socket once into `encrypted` and decrypts into `plain`. If `plain` is too small, the rest stays in
    // `encrypted`, and must be received before another connection uses that buffer.
    Count receive(std::span<char> plain, std::span<char> encrypted);
    bool may_have_more() const { return undecrypted_ || filled_; }

    // Returns the number of bytes sent; 0 if the socket would block.
    std::size_t send(std::string_view bytes);

  private:
    friend struct TlsSocket;

    // Reads the socket; returns false at the end of the stream.
    bool receive_records(std::span<char> encrypted);
    std::size_t decrypt(std::span<char> plain);

    struct Free {
        void operator()(ssl_st* connection) const;
    };

    TlsContext& context_;
    int descriptor_;
    bool established_ = false;
    bool undecrypted_ = false;  // `plain` was full before `records_` was empty
    bool filled_ = false;       // the read filled `encrypted`, so the socket may have more
    bool ended_ = false;        // the peer has sent close_notify
    // OpenSSL reads from `records_`, but from the socket during the handshake.
    bool reads_socket_ = true;
    std::span<const char> records_;
    std::unique_ptr<ssl_st, Free> connection_;
};

}  // namespace notifyd::bench
