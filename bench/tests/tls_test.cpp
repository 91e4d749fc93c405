// The TLS client against OpenSSL's server over a socket pair: every byte arrives in order, whatever the sizes of the
// buffers, and sessions are resumed.
#include "tls.hpp"

#include "file_descriptor.hpp"

#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <vector>

using namespace notifyd::bench;

namespace {

class Server {
  public:
    Server() : context_(::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free) {
        const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(::EVP_EC_gen("P-256"), ::EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&::X509_free)> certificate(::X509_new(), ::X509_free);
        ::X509_set_version(certificate.get(), 2);
        ::X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
        ::X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
        ::X509_set_pubkey(certificate.get(), key.get());
        REQUIRE(::X509_sign(certificate.get(), key.get(), ::EVP_sha256()) > 0);
        REQUIRE(::SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1);
        REQUIRE(::SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
    }

    SSL_CTX* context() { return context_.get(); }

  private:
    std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
};

// Both ends of a connection after the handshake.
class Pair {
  public:
    Pair(Server& server, TlsContext& context)
        : Pair(open(), context, std::unique_ptr<SSL, decltype(&::SSL_free)>(::SSL_new(server.context()), ::SSL_free)) {}

    TlsSession& client() { return client_; }

    // Sends as much as the socket accepts.
    std::size_t send_from_server(const char* bytes, std::size_t size) {
        std::size_t sent = 0;
        return ::SSL_write_ex(server_.get(), bytes, size, &sent) == 1 ? sent : 0;
    }
    std::string receive_at_server() {
        std::array<char, 4096> bytes{};
        std::size_t count = 0;
        return ::SSL_read_ex(server_.get(), bytes.data(), bytes.size(), &count) == 1 ? std::string(bytes.data(), count)
                                                                                     : std::string();
    }
    void end_at_server() { ::SSL_shutdown(server_.get()); }

  private:
    static std::array<int, 2> open() {
        std::array<int, 2> sockets{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()) == 0);
        return sockets;
    }

    Pair(std::array<int, 2> sockets, TlsContext& context, std::unique_ptr<SSL, decltype(&::SSL_free)> server)
        : near_(sockets[0]), far_(sockets[1]), client_(context, sockets[0]), server_(std::move(server)) {
        ::SSL_set_fd(server_.get(), sockets[1]);
        ::SSL_set_accept_state(server_.get());
        SSL_set_mode(server_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        bool client_done = false;
        bool server_done = false;
        for (int step = 0; step < 10 && !(client_done && server_done); ++step) {
            client_done = client_.shake_hands();
            server_done = ::SSL_do_handshake(server_.get()) == 1;
        }
        REQUIRE((client_done && server_done));
    }

    FileDescriptor near_;
    FileDescriptor far_;
    TlsSession client_;
    std::unique_ptr<SSL, decltype(&::SSL_free)> server_;
};

std::string numbered_text(std::size_t size) {
    std::string text;
    for (std::size_t number = 0; text.size() < size; ++number) {
        text.append(std::to_string(number)).append(",");
    }
    return text;
}

}  // namespace

TEST_CASE("tls: every byte arrives in order, whatever the sizes of the buffers") {
    Server server;
    struct Sizes {
        std::size_t plain;
        std::size_t encrypted;
    };
    for (const Sizes& sizes :
         {Sizes{1, 1}, Sizes{7, 4096}, Sizes{40'000, 3}, Sizes{16'384, 16'384}, Sizes{500'000, 250'000}}) {
        CAPTURE(sizes.plain, sizes.encrypted);
        TlsContext context(Switch::off);
        Pair pair(server, context);
        const std::string text = numbered_text(100'000);
        std::vector<char> plain(sizes.plain);
        std::vector<char> encrypted(sizes.encrypted);
        std::string received;
        std::size_t sent = 0;
        while (received.size() < text.size()) {
            sent += sent < text.size() ? pair.send_from_server(text.data() + sent, text.size() - sent) : 0;
            // Reads until nothing can be left, as after an edge of epoll.
            bool may_have_more = true;
            const std::size_t before = received.size();
            while (may_have_more) {
                const TlsSession::Count count = pair.client().receive(plain, encrypted);
                REQUIRE_FALSE(count.ended);
                received.append(plain.data(), count.bytes);
                may_have_more = pair.client().may_have_more();
            }
            REQUIRE((received.size() > before || sent < text.size()));
        }
        CHECK(received == text);
    }
}

TEST_CASE("tls: sent data arrives, and the peer's close_notify ends the stream") {
    Server server;
    TlsContext context(Switch::off);
    Pair pair(server, context);
    CHECK(pair.client().send("hello") == 5);
    CHECK(pair.receive_at_server() == "hello");
    pair.send_from_server("bye", 3);
    pair.end_at_server();
    std::array<char, 64> plain{};
    std::array<char, 4096> encrypted{};
    CHECK(pair.client().receive(plain, encrypted).bytes == 3);
    CHECK(pair.client().receive(plain, encrypted).ended);
}

TEST_CASE("tls: a session is resumed if requested") {
    for (const Switch resume : {Switch::off, Switch::on}) {
        Server server;
        TlsContext context(resume);
        for (int connection = 0; connection < 3; ++connection) {
            Pair pair(server, context);
            pair.send_from_server("x", 1);
            std::array<char, 64> plain{};
            std::array<char, 16'384> encrypted{};
            CHECK(pair.client().receive(plain, encrypted).bytes == 1);  // the session tickets arrive with it
        }
        CHECK(context.resumed() == (resume == Switch::on ? 2U : 0U));
    }
}
