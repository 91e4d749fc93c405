// Beast's stream keeps the deadline: what runs when it is over fails with a timeout.
#include "exchange.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/err.h>

#include <algorithm>

namespace notifyd::http_client {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using TcpStream = beast::basic_stream<tcp, runtime::Executor>;
using TlsStream = beast::ssl_stream<TcpStream>;
using Response = http::response<http::string_body>;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable_t<runtime::Executor>{});

Error failure(const char* what, const error_code& error) {
    return {Errc::unavailable, std::string(what).append(": ").append(error.message())};
}

// Each address gets an even share of the time that is left, so that one that never answers leaves some for the next.
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

// The certificate must be good for the name, which is also told to the peer (SNI has no addresses).
error_code set_peer(TlsStream& stream, const std::string& name) {
    error_code error;
    stream.set_verify_callback(asio::ssl::host_name_verification(name), error);
    error_code no_address;
    static_cast<void>(asio::ip::make_address(name, no_address));
    if (!error && no_address && SSL_set_tlsext_host_name(stream.native_handle(), name.c_str()) != 1) {
        error = asio::error::invalid_argument;
    }
    return error;
}

template <class Stream>
Awaitable<Result<std::string>> ask(Stream& stream, const Target& target, std::size_t body_bytes_max) {
    http::request<http::empty_body> request(http::verb::get, target.path, 11);
    request.set(http::field::host, target.host);
    request.set(http::field::user_agent, "notifyd");
    request.set(http::field::accept, "*/*");
    request.set(http::field::connection, "close");
    const auto [not_sent, sent] = co_await http::async_write(stream, request, use_tuple);
    if (not_sent) co_return failure("the request cannot be sent", not_sent);

    http::response_parser<http::string_body> parser;
    parser.body_limit(body_bytes_max);
    beast::flat_buffer buffer(64 * 1024);
    const auto [no_head, head_bytes] = co_await http::async_read_header(stream, buffer, parser, use_tuple);
    if (no_head) co_return failure("there is no answer", no_head);
    // Told before the body is read: an error page may be of any size.
    if (parser.get().result() != http::status::ok) {
        co_return Error(Errc::unavailable, "the answer has the status " + std::to_string(parser.get().result_int()));
    }
    const auto [cut, bytes] = co_await http::async_read(stream, buffer, parser, use_tuple);
    if (cut) co_return failure("the answer cannot be taken", cut);
    co_return std::move(parser.get().body());
}

Awaitable<Result<std::string>> get_plain(const Exchange& exchange,
                                         const Target& target,
                                         const std::vector<tcp::endpoint>& addresses) {
    TcpStream stream(exchange.executor);
    const error_code unconnected = co_await connect(exchange, stream, addresses);
    if (unconnected) co_return failure("no connection", unconnected);
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
    if (unconnected) co_return failure("no connection", unconnected);
    plain.expires_at(exchange.deadline);
    if (const error_code error = set_peer(stream, target.name)) co_return failure("no TLS", error);
    const auto [untrusted] = co_await stream.async_handshake(asio::ssl::stream_base::client, use_tuple);
    ERR_clear_error();
    if (untrusted) co_return failure("no TLS", untrusted);
    Result<std::string> answer = co_await ask(stream, target, exchange.body_bytes_max);
    ERR_clear_error();
    // No goodbye: the answer is whole, and the peer closes by itself.
    co_return answer;
}

}  // namespace

Awaitable<Result<std::string>> get_from(const Exchange& exchange,
                                        const Target& target,
                                        const std::vector<tcp::endpoint>& addresses) {
    return exchange.tls == nullptr ? get_plain(exchange, target, addresses) : get_over_tls(exchange, target, addresses);
}

}  // namespace notifyd::http_client
