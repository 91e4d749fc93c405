// Beast's stream enforces the deadline: operations that exceed it fail with a timeout.
#include "exchange.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>

namespace notifyd::http_client {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using TcpStream = beast::basic_stream<tcp, runtime::Executor>;
using TlsStream = beast::ssl_stream<TcpStream>;

// Of the response, headers included: a Content-Security-Policy alone may have several KiB.
constexpr std::uint32_t head_bytes_max = 32 * 1024;
// 100 Continue and 103 Early Hints precede the final response.
constexpr int interim_answers_max = 8;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable_t<runtime::Executor>{});

Error failure(const char* what, const error_code& error) {
    return {Errc::unavailable, std::string(what).append(": ").append(error.message())};
}

// Each address gets an equal share of the remaining time, so that an unresponsive one leaves time for the next.
Awaitable<error_code> connect(const Exchange& exchange,
                              TcpStream& stream,
                              const std::vector<tcp::endpoint>& addresses) {
    error_code last = asio::error::host_not_found;
    for (std::size_t at = 0; at < addresses.size(); ++at) {
        const auto left = exchange.deadline - exchange.clock.steady_now();
        if (left.count() <= 0) co_return asio::error::timed_out;
        stream.expires_after(left / static_cast<long>(addresses.size() - at));
        const auto [error] = co_await stream.async_connect(addresses[at], use_tuple);
        if (!error) co_return error_code{};
        last = error;
        stream.close();
    }
    co_return last;
}

// The certificate must be valid for the name, which is also sent to the peer (SNI does not allow addresses).
bool set_peer(SSL* ssl, const std::string& name) {
    X509_VERIFY_PARAM* rules = SSL_get0_param(ssl);
    error_code no_address;
    static_cast<void>(asio::ip::make_address(name, no_address));
    if (!no_address) return X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1;
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size()) == 1 &&
           SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

// Why OpenSSL could not read the path in one of its environment variables; empty if it could.
std::string why_unreadable(const char* path, bool wants_folder) {
    std::error_code unknown;
    const bool is_folder = std::filesystem::is_directory(path, unknown);
    if (::access(path, R_OK) != 0) return std::generic_category().message(errno);
    if (is_folder == wants_folder) return "";
    return is_folder ? "it is a folder" : "it is not a folder";
}

// What the environment names as authorities, which replaces the system's file or folder.
std::string named_authorities() {
    std::string advice;
    for (const bool is_folder : {false, true}) {
        const char* variable = is_folder ? X509_get_default_cert_dir_env() : X509_get_default_cert_file_env();
        const char* path = std::getenv(variable);
        if (path == nullptr) continue;
        const std::string why = why_unreadable(path, is_folder);
        advice.append(". ").append(variable).append(" names ").append(path).append(", which ");
        if (!why.empty()) {
            advice.append("cannot be read: ").append(why);
        } else {
            advice.append("does not contain the CA that signed it");
            if (is_folder) advice.append(" under the name that `openssl rehash` creates");
        }
    }
    return advice;
}

std::string advice_about_authorities() {
    return named_authorities() +
           ". If a private CA signed it, add the CA's certificate to the system's (update-ca-certificates) or name "
           "its PEM file in the environment variable SSL_CERT_FILE, then restart notifyd";
}

// What the operator can do about an untrusted certificate; empty if there is nothing to suggest.
std::string advice_for(long verdict) {
    switch (verdict) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return advice_about_authorities();
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return ". The URL must use a name that is in the certificate";
        default:
            return "";
    }
}

Error untrusted(SSL* ssl, const error_code& error) {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict == X509_V_OK) return failure("TLS failed", error);
    std::string message = "TLS failed: certificate verify failed: ";
    message.append(X509_verify_cert_error_string(verdict)).append(advice_for(verdict));
    return {Errc::unavailable, std::move(message)};
}

// A response that is delimited by the end of the connection cannot be checked for completeness, and many peers end TLS
// without a close_notify. A truncated response is half a JSON text, which its parser rejects.
template <class Parser>
bool ends_with_connection(Parser& parser, const error_code& error) {
    if (error != asio::ssl::error::stream_truncated || !parser.need_eof()) return false;
    error_code unfinished;
    parser.put_eof(unfinished);
    return !unfinished;
}

Error unwanted(unsigned status) {
    constexpr unsigned not_modified = 304;
    const bool is_redirect = status / 100 == 3 && status != not_modified;
    return {Errc::unavailable,
            "the response has status " + std::to_string(status) +
                (is_redirect              ? "; redirects are not followed: configure the final URL"
                 : status == not_modified ? ", although the request was not conditional"
                                          : "")};
}

template <class Stream>
Awaitable<Result<std::string>> take_answer(Stream& stream, std::size_t body_bytes_max) {
    beast::flat_buffer buffer(2 * head_bytes_max);
    for (int interim = 0; interim <= interim_answers_max; ++interim) {
        http::response_parser<http::string_body> parser;
        parser.header_limit(head_bytes_max);
        parser.body_limit(body_bytes_max);
        const auto [no_head, head_bytes] = co_await http::async_read_header(stream, buffer, parser, use_tuple);
        if (no_head) co_return failure("no response", no_head);
        const http::response<http::string_body>& head = parser.get();
        // Beast has no name for some of them, such as 103.
        const bool is_interim = head.result_int() / 100 == 1 && head.result() != http::status::switching_protocols;
        if (is_interim) continue;
        // Checked before the body is read: an error page may be of any size.
        if (head.result() != http::status::ok) {
            co_return unwanted(head.result_int());
        }
        const beast::string_view coding = head[http::field::content_encoding];
        if (!coding.empty() && !beast::iequals(coding, "identity")) {
            co_return Error(Errc::unavailable, "the response is compressed, which was not requested");
        }
        const auto [cut, bytes] = co_await http::async_read(stream, buffer, parser, use_tuple);
        if (cut && !ends_with_connection(parser, cut)) co_return failure("the response cannot be read", cut);
        co_return std::move(parser.get().body());
    }
    co_return Error(Errc::unavailable, "no final response after the interim ones");
}

template <class Stream>
Awaitable<Result<std::string>> ask(Stream& stream, const Target& target, std::size_t body_bytes_max) {
    http::request<http::empty_body> request(http::verb::get, target.path, 11);
    request.set(http::field::host, target.host);
    request.set(http::field::user_agent, "notifyd");
    request.set(http::field::accept, "*/*");
    request.set(http::field::accept_encoding, "identity");
    request.set(http::field::connection, "close");
    const auto [not_sent, sent] = co_await http::async_write(stream, request, use_tuple);
    if (not_sent) co_return failure("cannot send the request", not_sent);
    Result<std::string> answer = co_await take_answer(stream, body_bytes_max);
    co_return answer;
}

Awaitable<Result<std::string>> get_plain(const Exchange& exchange,
                                         const Target& target,
                                         const std::vector<tcp::endpoint>& addresses) {
    TcpStream stream(exchange.executor);
    const error_code unconnected = co_await connect(exchange, stream, addresses);
    if (unconnected) co_return failure("cannot connect", unconnected);
    stream.expires_at(exchange.deadline);
    Result<std::string> answer = co_await ask(stream, target, exchange.body_bytes_max);
    co_return answer;
}

Awaitable<Result<std::string>> get_over_tls(const Exchange& exchange,
                                            const Target& target,
                                            const std::vector<tcp::endpoint>& addresses) {
    TlsStream stream(TcpStream(exchange.executor), *exchange.tls);
    TcpStream& plain = stream.next_layer();
    const error_code unconnected = co_await connect(exchange, plain, addresses);
    if (unconnected) co_return failure("cannot connect", unconnected);
    plain.expires_at(exchange.deadline);
    if (!set_peer(stream.native_handle(), target.name)) {
        ERR_clear_error();
        co_return Error(Errc::unavailable, "TLS failed: the URL's host name cannot be in a certificate");
    }
    const auto [refused] = co_await stream.async_handshake(asio::ssl::stream_base::client, use_tuple);
    ERR_clear_error();
    if (refused) co_return untrusted(stream.native_handle(), refused);
    Result<std::string> answer = co_await ask(stream, target, exchange.body_bytes_max);
    ERR_clear_error();
    // No TLS shutdown: the response is complete, and the peer closes by itself.
    co_return answer;
}

}  // namespace

Awaitable<Result<std::string>> get_from(const Exchange& exchange,
                                        const Target& target,
                                        const std::vector<tcp::endpoint>& addresses) {
    return exchange.tls == nullptr ? get_plain(exchange, target, addresses) : get_over_tls(exchange, target, addresses);
}

}  // namespace notifyd::http_client
