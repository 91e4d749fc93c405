#include "tls.hpp"

#include "connection_error.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string>
#include <sys/socket.h>

namespace notifyd::bench {
namespace {

[[noreturn]] void fail(const char* what) {
    char reason[256] = "no reason given";
    if (const unsigned long error = ::ERR_get_error(); error != 0) {
        ::ERR_error_string_n(error, reason, sizeof reason);
    }
    ::ERR_clear_error();
    throw ConnectionError(std::string(what) + ": " + reason);
}

}  // namespace

// The functions that OpenSSL calls to read and write.
struct TlsSocket {
    static int read(BIO* bio, char* to, std::size_t room, std::size_t* count) {
        BIO_clear_retry_flags(bio);
        TlsSession& session = *static_cast<TlsSession*>(BIO_get_data(bio));
        if (session.reads_socket_) {
            const ssize_t received = ::recv(session.descriptor_, to, room, 0);
            return finish(bio, received, count, BIO_FLAGS_READ);
        }
        if (session.records_.empty()) {
            BIO_set_retry_read(bio);
            return 0;
        }
        *count = std::min(room, session.records_.size());
        std::copy_n(session.records_.data(), *count, to);
        session.records_ = session.records_.subspan(*count);
        return 1;
    }

    static int write(BIO* bio, const char* from, std::size_t size, std::size_t* count) {
        BIO_clear_retry_flags(bio);
        const TlsSession& session = *static_cast<const TlsSession*>(BIO_get_data(bio));
        return finish(bio, ::send(session.descriptor_, from, size, MSG_NOSIGNAL), count, BIO_FLAGS_WRITE);
    }

    static long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static int finish(BIO* bio, ssize_t moved, std::size_t* count, int direction) {
        if (moved > 0) {
            *count = static_cast<std::size_t>(moved);
            return 1;
        }
        if (moved < 0 && would_wait()) {
            BIO_set_flags(bio, direction | BIO_FLAGS_SHOULD_RETRY);
        }
        return 0;
    }

    static BIO_METHOD* make_method() {
        BIO_METHOD* method = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bench socket");
        ::BIO_meth_set_read_ex(method, read);
        ::BIO_meth_set_write_ex(method, write);
        ::BIO_meth_set_ctrl(method, control);
        return method;
    }

    // Never freed: connections use it until the process ends.
    static BIO_METHOD* method() {
        static BIO_METHOD* const method = make_method();
        return method;
    }
};

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
    ::SSL_CTX_free(context);
}

void TlsContext::Free::operator()(ssl_session_st* session) const {
    ::SSL_SESSION_free(session);
}

TlsContext::TlsContext(Switch resume) : context_(::SSL_CTX_new(::TLS_client_method())) {
    if (!context_) {
        fail("SSL_CTX_new");
    }
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
    // SSL_VERIFY_NONE would still verify the certificate, and only ignore the result.
    ::SSL_CTX_set_cert_verify_callback(
        context_.get(), [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
    SSL_CTX_set_mode(context_.get(),
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (resume == Switch::on) {
        SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        ::SSL_CTX_sess_set_new_cb(context_.get(), take_session);
    } else {
        SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    }
}

int TlsContext::take_session(ssl_st* connection, ssl_session_st* session) {
    constexpr int taken = 1;
    static_cast<TlsContext*>(SSL_get_app_data(connection))->session_.reset(session);
    return taken;
}

void TlsSession::Free::operator()(ssl_st* connection) const {
    // Without a shutdown, OpenSSL would consider the session broken and never resume it.
    ::SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    ::SSL_free(connection);
}

TlsSession::TlsSession(TlsContext& context, int descriptor)
    : context_(context), descriptor_(descriptor), connection_(::SSL_new(context.context_.get())) {
    BIO* bio = connection_ ? ::BIO_new(TlsSocket::method()) : nullptr;
    if (bio == nullptr) {
        fail("SSL_new");
    }
    ::BIO_set_data(bio, this);
    ::BIO_set_init(bio, 1);
    ::SSL_set_bio(connection_.get(), bio, bio);
    SSL_set_app_data(connection_.get(), &context);
    if (context.session_) {
        ::SSL_set_session(connection_.get(), context.session_.get());
    }
    ::SSL_set_connect_state(connection_.get());
}

bool TlsSession::shake_hands() {
    if (established_) {
        return true;
    }
    const int done = ::SSL_do_handshake(connection_.get());
    if (done != 1) {
        const int reason = ::SSL_get_error(connection_.get(), done);
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
            fail("the TLS handshake failed");
        }
        return false;
    }
    established_ = true;
    reads_socket_ = false;
    context_.resumed_ += ::SSL_session_reused(connection_.get()) == 1 ? 1U : 0U;
    return true;
}

TlsSession::Count TlsSession::receive(std::span<char> plain, std::span<char> encrypted) {
    std::size_t total = 0;
    do {
        if (!undecrypted_ && !receive_records(encrypted)) {
            return {.bytes = 0, .ended = true};
        }
        total = decrypt(plain);
        undecrypted_ = total == plain.size();
    } while (total == 0 && filled_ && !ended_);
    return {.bytes = total, .ended = ended_ && total == 0};
}

bool TlsSession::receive_records(std::span<char> encrypted) {
    const ssize_t received = ::recv(descriptor_, encrypted.data(), encrypted.size(), 0);
    if (received < 0 && !would_wait()) {
        throw_connection_error("recv");
    }
    records_ = encrypted.first(received > 0 ? static_cast<std::size_t>(received) : 0);
    filled_ = records_.size() == encrypted.size();
    return received != 0;
}

std::size_t TlsSession::decrypt(std::span<char> plain) {
    std::size_t total = 0;
    while (total < plain.size()) {
        std::size_t count = 0;
        const int done = ::SSL_read_ex(connection_.get(), plain.data() + total, plain.size() - total, &count);
        if (done != 1) {
            const int reason = ::SSL_get_error(connection_.get(), done);
            if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_ZERO_RETURN) {
                fail("reading TLS failed");
            }
            ended_ = reason == SSL_ERROR_ZERO_RETURN;
            break;
        }
        total += count;
    }
    return total;
}

std::size_t TlsSession::send(std::string_view bytes) {
    std::size_t count = 0;
    const int done = ::SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &count);
    if (done != 1) {
        const int reason = ::SSL_get_error(connection_.get(), done);
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
            fail("writing TLS failed");
        }
        return 0;
    }
    return count;
}

}  // namespace notifyd::bench
