// TLS 1.3 as a client, without a look at the certificate.
//
// The socket is read once for many records, into a scratch that all connections share, and OpenSSL takes its records
// from there: so a record costs no system call, and an idle connection holds no buffer.
// Owns: the context, and the session to be resumed; the state of one connection.
// Thread: one. Fails: throws ConnectionError with what OpenSSL says.
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
    // With `resume`, each connection resumes the session of the latest one that the server gave a ticket.
    explicit TlsContext(Switch resume);
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    // How many handshakes resumed a session.
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

    // Goes on with the handshake; true when it is done.
    bool shake_hands();

    struct Count {
        std::size_t bytes = 0;
        bool ended = false;
    };
    // One read of the socket into `encrypted`, decrypted into `plain`. When there is more than `plain` holds, the rest
    // stays in `encrypted`, and is to be received before any other connection is.
    Count receive(std::span<char> plain, std::span<char> encrypted);
    bool may_have_more() const { return undecrypted_ || filled_; }

    // Returns how much was taken: 0 when the socket would have to wait.
    std::size_t send(std::string_view bytes);

  private:
    friend struct TlsSocket;

    // Reads the socket; false when it is at its end.
    bool receive_records(std::span<char> encrypted);
    std::size_t decrypt(std::span<char> plain);

    struct Free {
        void operator()(ssl_st* connection) const;
    };

    TlsContext& context_;
    int descriptor_;
    bool established_ = false;
    bool undecrypted_ = false;  // `plain` was full before `records_` was empty
    bool filled_ = false;       // the socket had as much as `encrypted` holds, or more
    bool ended_ = false;        // the peer has said goodbye
    // What OpenSSL reads: these bytes; or during the handshake, the socket.
    bool reads_socket_ = true;
    std::span<const char> records_;
    std::unique_ptr<ssl_st, Free> connection_;
};

}  // namespace notifyd::bench
