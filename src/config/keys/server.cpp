// [server] and [tls].
#include "common_readers.hpp"
#include "sections.hpp"

namespace notifyd::config {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t threads_max = 256;

// A mistake in the file must not turn a running server's TLS off.
bool tls_stays(const Config& running, const Config& next) {
    return running.tls.enabled() == next.tls.enabled();
}

}  // namespace

Section server_section() {
    constexpr auto section = &Config::server;
    return {
        "server",
        "",
        {
            key<section, &Server::listen>("server.listen", endpoint())
                .at_restart()
                .doc("The address of the listener for HTTP and WebSocket, or the path of a Unix socket."),
            key<section, &Server::base_path>(
                "server.base_path", text("\"\" or a path such as \"/dvl\", without a slash at its end", is_base_path))
                .live()
                .doc(R"(Prefix of every path, such as "/dvl"; "" = none.)"),
            key<section, &Server::threads>("server.threads", count(0, threads_max))
                .at_restart()
                .doc("Event loops, each with its own delivery worker; 0 = one per core."),
            key<section, &Server::allowed_origins>("server.allowed_origins", origins())
                .live()
                .restriction()
                .doc(R"(Origins whose pages may connect from a browser, for the upgrade and for CORS, as browsers
                    send them: scheme, host, and the port unless it is the scheme's default.
                    `"https://*.example.com"` allows every subdomain, but not example.com itself; `"*"` = all.)"),
            key<section, &Server::trusted_proxies>("server.trusted_proxies", networks())
                .live()
                .doc(R"(Networks of proxies whose X-Forwarded-For is trusted, such as "10.0.0.0/8". The rightmost
                    address in it that is not a proxy's is the client's, for limits, logs and the connection
                    table. If any network is listed, peers on a Unix socket are trusted too. X-Forwarded-Proto is
                    ignored: origins are compared as a whole.)"),
            key<section, &Server::metrics_listen>("server.metrics_listen", optional_endpoint())
                .without_effect()
                .doc(R"(Serves GET /metrics on this address without a token, such as "127.0.0.1:9464"; "" = only on
                    the main listener, with a token.)"),
            key<section, &Server::drain_timeout>("server.drain_timeout", duration(0ms, 1h))
                .live()
                .doc("How long a stop may take to flush the queues and close the connections."),
            key<section, &Server::socket_mode>("server.socket_mode", file_mode())
                .at_restart()
                .doc("Permissions of the Unix socket's file: who may connect, for example the proxy's group."),
        },
    };
}

Section tls_section() {
    constexpr auto section = &Config::tls;
    return {
        "tls",
        "A reload renews the certificate, but does not turn TLS on or off: that needs a restart.",
        {
            key<section, &Tls::certificate>("tls.certificate", readable_file())
                .live_if(tls_stays)
                .doc(R"(PEM file with the certificate and its chain. Both files empty = plain text, for use behind
                    a proxy and in tests.)"),
            key<section, &Tls::private_key>("tls.private_key", readable_file())
                .live_if(tls_stays)
                .doc("PEM file with the certificate's private key."),
            key<section, &Tls::min_version>(
                "tls.min_version", one_of<TlsVersion>({{"1.2", TlsVersion::tls_1_2}, {"1.3", TlsVersion::tls_1_3}}))
                .live_if(tls_stays)
                .restriction()
                .doc("The lowest version of TLS that clients may use."),
        },
    };
}

}  // namespace notifyd::config
