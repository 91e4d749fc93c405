// sendmsg and OpenSSL on a non-blocking socket.
#include "stream/transport.hpp"

#include "notifyd/core/limits.hpp"

#include <openssl/err.h>

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>

namespace notifyd::gateway {

namespace {

// The maximum payload of a TLS record (RFC 8446 §5.1).
constexpr std::size_t record_bytes_max = 16 * 1024;

// OpenSSL's error queue belongs to the thread, and errno reports what a system call did.
void clear_errors() {
    ERR_clear_error();
    errno = 0;
}

// While it lives, the kernel holds back anything short of a full segment (TCP_CORK, tcp(7)).
class Cork {
  public:
    static constexpr int none = -1;

    explicit Cork(int socket) : socket_(socket) { set(1); }
    Cork(const Cork&) = delete;
    Cork& operator=(const Cork&) = delete;
    ~Cork() { set(0); }

  private:
    void set(int on) const {
        if (socket_ != none) static_cast<void>(::setsockopt(socket_, IPPROTO_TCP, TCP_CORK, &on, sizeof on));
    }

    int socket_;
};

}  // namespace

Transport::Transport(Socket socket, SSL_CTX* tls) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.native_non_blocking(true, ignored);
    if (tls == nullptr) return;
    ssl_.reset(SSL_new(tls));
    if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) {
        broken_ = true;
        return;
    }
    SSL_set_accept_state(ssl_.get());
}

IoState Transport::state_of(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return IoState::want_read;
        case SSL_ERROR_WANT_WRITE:
            return IoState::want_write;
        case SSL_ERROR_ZERO_RETURN:
            return IoState::eof;
        default:
            broken_ = true;
            return IoState::failed;
    }
}

IoResult Transport::handshake() {
    if (broken_ || !is_open()) return {IoState::failed, 0};
    if (!has_begun_) {
        const IoState state = look_at_first_byte();
        if (state != IoState::done) return {state, 0};
        has_begun_ = true;
    }
    clear_errors();
    const int result = SSL_do_handshake(ssl_.get());
    return {result == 1 ? IoState::done : state_of(result), 0};
}

IoState Transport::look_at_first_byte() {
    char first = 0;
    const ssize_t got = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK);
    if (got < 0) {
        const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        return again ? IoState::want_read : IoState::failed;
    }
    if (got == 0) return IoState::eof;
    // A letter begins the verb of a request; a TLS record begins with 0x16.
    return first >= 'A' && first <= 'Z' ? IoState::plain_http : IoState::done;
}

IoResult Transport::read_tls(std::span<char> into) {
    if (broken_ || !is_open()) return {IoState::failed, 0};
    clear_errors();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    if (result == 1) return {IoState::done, got};
    return {state_of(result), 0};
}

IoResult Transport::write(connection::Outbox& outbox) {
    if (broken_ || !is_open()) return {IoState::failed, 0};
    return ssl_ == nullptr ? plain_write(outbox) : tls_write(outbox);
}

IoResult Transport::plain_write(connection::Outbox& outbox) {
    std::array<std::string_view, limits::gather_pieces_max> pieces;
    std::array<iovec, limits::gather_pieces_max> vectors;
    std::size_t total = 0;
    for (std::size_t round = 0; round < limits::gather_rounds_max && !outbox.empty(); ++round) {
        const std::size_t count = outbox.gather(pieces);
        std::size_t offered = 0;
        for (std::size_t i = 0; i < count; ++i) {
            vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
            offered += pieces[i].size();
        }
        msghdr message{};
        message.msg_iov = vectors.data();
        message.msg_iovlen = count;
        const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            const bool again = errno == EAGAIN || errno == EWOULDBLOCK;
            return {again ? IoState::want_write : IoState::failed, total};
        }
        outbox.consume(static_cast<std::size_t>(sent));
        total += static_cast<std::size_t>(sent);
        if (static_cast<std::size_t>(sent) < offered) return {IoState::want_write, total};
    }
    return {IoState::done, total};
}

IoResult Transport::tls_write(connection::Outbox& outbox) {
    // Queued frames are joined into whole records here, so that connections need no buffer of their own. A retry after
    // want_write starts with the same bytes and is at least as long, because an outbox only grows at its end.
    static thread_local std::array<char, record_bytes_max> scratch;
    // OpenSSL writes record by record: let the kernel send them together.
    const Cork cork(outbox.bytes() > record_bytes_max ? socket_.native_handle() : Cork::none);
    std::size_t total = 0;
    for (std::size_t round = 0; round < limits::gather_rounds_max && !outbox.empty(); ++round) {
        const std::size_t offered = outbox.copy(scratch);
        clear_errors();
        std::size_t sent = 0;
        const int result = SSL_write_ex(ssl_.get(), scratch.data(), offered, &sent);
        if (result != 1) return {state_of(result), total};
        outbox.consume(sent);
        total += sent;
    }
    return {IoState::done, total};
}

void Transport::say_goodbye() {
    if (ssl_ == nullptr || broken_ || !is_open() || SSL_is_init_finished(ssl_.get()) != 1) return;
    clear_errors();
    SSL_shutdown(ssl_.get());
}

}  // namespace notifyd::gateway
