// RFC 6455 on top of Beast: the rules of the handshake that Beast leaves to us, and the options that it leaves open.
#include "websocket/websocket_stream.hpp"

#include "websocket/deflate_offer.hpp"

#include <boost/beast/zlib/error.hpp>

#include <algorithm>

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

namespace {

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

// RFC 6455 §4.2.1: the base64 of 16 bytes.
bool is_websocket_key(std::string_view key) {
    if (key.size() != 24 || !key.ends_with("==")) return false;
    return std::all_of(key.begin(), key.end() - 2, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    });
}

void set_options(WebSocketStream& stream, const WebSocketTerms& terms) {
    stream.read_message_max(terms.message_bytes_max);
    websocket::permessage_deflate deflate;
    deflate.server_enable = terms.compression == Compression::on;
    deflate.server_no_context_takeover = true;
    deflate.client_no_context_takeover = true;
    stream.set_option(deflate);
    auto decorate = [subprotocol = std::string(terms.subprotocol),
                     id = std::string(terms.request_id)](websocket::response_type& reply) {
        reply.set(http::field::server, "notifyd");
        reply.set("X-Request-Id", id);
        if (!subprotocol.empty()) reply.set(http::field::sec_websocket_protocol, subprotocol);
    };
    stream.set_option(websocket::stream_base::decorator(std::move(decorate)));
}

void leave_one_offer(BeastRequest& handshake) {
    constexpr auto name = http::field::sec_websocket_extensions;
    if (handshake.count(name) == 0) return;
    std::string extensions;
    const auto lines = handshake.equal_range(name);
    for (auto line = lines.first; line != lines.second; ++line) extensions.append(view(line->value())).append(",");
    const std::string offer = choose_deflate_offer(extensions);
    handshake.erase(name);
    if (!offer.empty()) handshake.set(name, offer);
}

}  // namespace

Result<void> check_handshake(const BeastRequest& head) {
    if (head.method() != http::verb::get || head.version() < 11) {
        return Error{Errc::invalid_request, "A WebSocket handshake is a GET over HTTP/1.1"};
    }
    if (!http::token_list(head[http::field::connection]).exists("upgrade")) {
        return Error{Errc::invalid_request, "A WebSocket handshake has Connection: Upgrade"};
    }
    if (head.count(http::field::sec_websocket_key) != 1 ||
        !is_websocket_key(view(head[http::field::sec_websocket_key]))) {
        return Error{Errc::invalid_request, "Sec-WebSocket-Key must be the base64 of 16 bytes"};
    }
    if (head.count(http::field::sec_websocket_version) != 1 || head[http::field::sec_websocket_version] != "13") {
        return Error{Errc::upgrade_required, "Only WebSocket version 13 is supported"};
    }
    return {};
}

Awaitable<bool> accept_websocket(WebSocketStream& websocket, BeastRequest& handshake, WebSocketTerms terms) {
    set_options(websocket, terms);
    if (terms.compression == Compression::on) leave_one_offer(handshake);
    const auto [error] = co_await websocket.async_accept(handshake, use_tuple);
    if (error) co_return false;
    websocket.next_layer().set_websocket();
    websocket.next_layer().set_deadline(std::nullopt);
    co_return true;
}

beast::flat_buffer make_message_buffer(const WebSocketStream& websocket) {
    // If the operator sets no limit, there is still one, against lengths that exceed any memory.
    constexpr std::size_t unlimited_bytes_max = std::size_t{1} << 30U;
    const std::size_t configured = websocket.read_message_max();
    return beast::flat_buffer((configured == 0 ? unlimited_bytes_max : configured) + 1);
}

std::size_t next_piece_bytes(const WebSocketStream& websocket, const beast::flat_buffer& buffer) {
    constexpr std::size_t first_bytes = 512;
    constexpr std::size_t bytes_max = 64 * 1024;
    const std::size_t room = buffer.max_size() - buffer.size();
    const std::size_t announced = websocket.read_size_hint(first_bytes);
    // Beast accepts any length of a compressed frame; deflate never makes data longer than this.
    if (announced > buffer.max_size() + buffer.max_size() / 256 + 4096) return 0;
    return std::min({buffer.size() == 0 ? first_bytes : announced, bytes_max, room});
}

std::size_t memory_after(const beast::flat_buffer& buffer, std::size_t room) {
    const std::size_t needed = buffer.size() + room;
    if (needed <= buffer.capacity()) return buffer.capacity();
    // As flat_buffer::prepare grows.
    return std::min(buffer.max_size(), std::max(2 * buffer.size(), needed));
}

void close_after(const error_code& error, CorkedStream& stream) {
    const bool broken = error.category() == make_error_code(beast::zlib::error::general).category();
    if (broken) stream.close(CloseCode::bad_text);
}

}  // namespace notifyd::gateway
