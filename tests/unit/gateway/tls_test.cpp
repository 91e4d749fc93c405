// Handshakes in memory: which session tickets resume, and which contexts can be made.
#include "notifyd/core/free_with.hpp"
#include "notifyd/gateway/gateway.hpp"

#include "tls/tls_context.hpp"
#include "tls/tls_session_keys.hpp"

#include <catch2/catch.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

using namespace notifyd;
using namespace notifyd::gateway;

namespace {

using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Ssl = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using SslSession = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;

class Files {
  public:
    Files() : folder_(std::filesystem::temp_directory_path() / ("notifyd-tls-test-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    ~Files() { std::filesystem::remove_all(folder_); }

    // A self-signed certificate that is valid from `from` to `until`, in seconds from now.
    config::Tls make(const std::string& name, long from, long until) const {
        const Key key(EVP_EC_gen("P-256"));
        const std::unique_ptr<X509, FreeWith<X509_free>> certificate(X509_new());
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until);
        X509_set_pubkey(certificate.get(), key.get());
        X509_sign(certificate.get(), key.get(), EVP_sha256());
        config::Tls tls;
        tls.certificate = folder_ / (name + ".pem");
        tls.private_key = folder_ / (name + ".key");
        write(tls.certificate, [&](BIO* file) { PEM_write_bio_X509(file, certificate.get()); });
        write(tls.private_key,
              [&](BIO* file) { PEM_write_bio_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
        return tls;
    }

    // The same key, protected by a password.
    void lock(const config::Tls& tls) const {
        BIO* open = BIO_new_file(tls.private_key.c_str(), "r");
        const Key key(PEM_read_bio_PrivateKey(open, nullptr, nullptr, nullptr));
        BIO_free(open);
        char password[] = "password";
        write(tls.private_key, [&](BIO* file) {
            PEM_write_bio_PKCS8PrivateKey(file, key.get(), EVP_aes_256_cbc(), nullptr, 0, nullptr, password);
        });
    }

  private:
    template <class Write>
    static void write(const std::filesystem::path& path, Write write) {
        BIO* file = BIO_new_file(path.c_str(), "w");
        write(file);
        BIO_free(file);
    }

    std::filesystem::path folder_;
};

SslContext context_for(const config::Tls& tls, const TlsSessionKeys& keys) {
    Result<TlsContexts> made = make_tls_contexts(tls, 1);
    REQUIRE(made.has_value());
    TlsSessionKeys::serve(made->contexts.front().get(), &keys);
    return std::move(made->contexts.front());
}

class Client {
  public:
    explicit Client(int version) : context_(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_min_proto_version(context_.get(), version);
        SSL_CTX_set_max_proto_version(context_.get(), version);
    }

    // Whether the handshake resumed the previous session; keeps the session ticket that it received.
    bool connects_resumed(SSL_CTX* server_context) {
        const Ssl client(SSL_new(context_.get()));
        const Ssl server(SSL_new(server_context));
        BIO* near = nullptr;
        BIO* far = nullptr;
        REQUIRE(BIO_new_bio_pair(&near, 0, &far, 0) == 1);
        SSL_set_bio(client.get(), near, near);
        SSL_set_bio(server.get(), far, far);
        SSL_set_connect_state(client.get());
        SSL_set_accept_state(server.get());
        if (session_) SSL_set_session(client.get(), session_.get());
        for (int step = 0; step < 10; ++step) {
            SSL_do_handshake(client.get());
            SSL_do_handshake(server.get());
        }
        REQUIRE(SSL_is_init_finished(client.get()) == 1);
        REQUIRE(SSL_is_init_finished(server.get()) == 1);
        // In TLS 1.3, session tickets follow the handshake.
        char byte = 0;
        SSL_read(client.get(), &byte, 1);
        session_.reset(SSL_get1_session(client.get()));
        const bool resumed = SSL_session_reused(client.get()) == 1;
        SSL_shutdown(client.get());
        SSL_shutdown(server.get());
        return resumed;
    }

  private:
    SslContext context_;
    SslSession session_;
};

constexpr long day = 24 * 60 * 60;

}  // namespace

TEST_CASE("a session ticket resumes until its key has been replaced twice, whatever the certificate") {
    const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    CAPTURE(version);
    const Files files;
    TlsSessionKeys keys(TlsSessionKey::random());
    const SslContext context = context_for(files.make("a", 0, day), keys);
    Client client(version);
    CHECK_FALSE(client.connects_resumed(context.get()));
    CHECK(client.connects_resumed(context.get()));
    // A session ticket of the previous key still opens and is replaced by one of the new key, which survives the next
    // rotation.
    for (int rotation = 0; rotation < 4; ++rotation) {
        keys.rotate(TlsSessionKey::random());
        CHECK(client.connects_resumed(context.get()));
    }
    // Another certificate, as after a reload; another loop, which has the same keys.
    const TlsSessionKeys other_loop = keys;
    const SslContext renewed = context_for(files.make("b", 0, day), other_loop);
    CHECK(client.connects_resumed(renewed.get()));
    keys.rotate(TlsSessionKey::random());
    keys.rotate(TlsSessionKey::random());
    CHECK_FALSE(client.connects_resumed(context.get()));
    CHECK(client.connects_resumed(context.get()));
}

TEST_CASE("a session key is found by its name") {
    TlsSessionKey first = TlsSessionKey::random();
    TlsSessionKeys keys(first);
    CHECK(keys.find(first.name) == &keys.current());
    const TlsSessionKey second = TlsSessionKey::random();
    CHECK(keys.find(second.name) == nullptr);
    keys.rotate(second);
    CHECK(keys.current().name == second.name);
    REQUIRE(keys.find(first.name) != nullptr);
    CHECK(keys.find(first.name)->cipher == first.cipher);
    keys.rotate(TlsSessionKey::random());
    CHECK(keys.find(first.name) == nullptr);
    CHECK(2 * tls_session_key_interval <= std::chrono::hours(24));
}

TEST_CASE("each loop has its own context with the same certificate") {
    const Files files;
    const config::Tls tls = files.make("a", -day, day);
    Result<TlsContexts> made = make_tls_contexts(tls, 3);
    REQUIRE(made.has_value());
    REQUIRE(made->contexts.size() == 3);
    CHECK(made->contexts[0] != made->contexts[1]);
    for (const SslContext& context : made->contexts) {
        CHECK(SSL_CTX_get0_certificate(context.get()) == SSL_CTX_get0_certificate(made->contexts[0].get()));
        CHECK(SSL_CTX_check_private_key(context.get()) == 1);
    }
    const EpochMs now = SystemClock().now_ms();
    constexpr EpochMs hour_ms = 60 * 60 * 1000;
    CHECK(made->is_valid_at(now));
    CHECK(made->is_valid_at(now - 23 * hour_ms));
    CHECK_FALSE(made->is_valid_at(now - 25 * hour_ms));
    CHECK(made->is_valid_at(now + 23 * hour_ms));
    CHECK_FALSE(made->is_valid_at(now + 25 * hour_ms));
}

TEST_CASE("unusable files are refused, without prompting for a password") {
    const Files files;
    const config::Tls one = files.make("one", 0, day);
    const config::Tls other = files.make("other", 0, day);
    config::Tls mismatch = one;
    mismatch.private_key = other.private_key;
    REQUIRE(make_tls_contexts(mismatch, 2).has_error());
    config::Tls missing = one;
    missing.certificate = "/nowhere.pem";
    REQUIRE(make_tls_contexts(missing, 2).has_error());
    CHECK_THAT(make_tls_contexts(missing, 2).error().message, Catch::Contains("/nowhere.pem"));
    files.lock(one);
    REQUIRE(make_tls_contexts(one, 2).has_error());
    CHECK_THAT(make_tls_contexts(one, 2).error().message, Catch::Contains("one.key"));
    const Result<TlsContexts> off = make_tls_contexts(config::Tls(), 2);
    REQUIRE(off.has_value());
    REQUIRE(off->contexts.size() == 2);
    CHECK(off->contexts.front() == nullptr);
}
