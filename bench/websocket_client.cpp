#include "websocket_client.hpp"

namespace notifyd::bench {
namespace {

// The nonce of RFC 6455 §1.3, whose answer stands there too: it can be checked without SHA-1.
constexpr std::string_view nonce = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view nonce_answer = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::size_t head_bytes_max = 16 * 1024;

}  // namespace

WebSocketClient::WebSocketClient(const std::string& host,
                                 std::uint16_t port,
                                 std::string_view query,
                                 std::string_view token)
    : stream_(host, port), mask_state_(0x9E3779B9U ^ static_cast<std::uint32_t>(stream_.descriptor())) {
    upgrade(host, port, query, token);
    await_connected_frame();
    stream_.stop_waiting();
}

void WebSocketClient::upgrade(const std::string& host,
                              std::uint16_t port,
                              std::string_view query,
                              std::string_view token) {
    std::string request = "GET /ws?hello=1";
    request.append(query).append(" HTTP/1.1\r\nHost: ").append(host).append(":").append(std::to_string(port));
    request.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
    request.append(nonce).append("\r\nAuthorization: Bearer ").append(token).append(head_end);
    stream_.send_and_wait(request);

    std::string_view answer = stream_.receive_and_wait();
    while (answer.find(head_end) == std::string_view::npos) {
        if (answer.size() > head_bytes_max) {
            throw ConnectionError("the answer to the upgrade has no end");
        }
        answer = stream_.receive_and_wait();
    }
    const std::size_t head_bytes = answer.find(head_end) + head_end.size();
    const std::string_view head = answer.substr(0, head_bytes);
    if (!head.starts_with("HTTP/1.1 101 ") || head.find(nonce_answer) == std::string_view::npos) {
        // The body names the reason; it usually comes in the same read as the head.
        throw ConnectionError("the upgrade was refused: " + std::string(answer.substr(0, 1024)));
    }
    stream_.consume(head_bytes);
}

void WebSocketClient::await_connected_frame() {
    ServerFrame frame;
    while (true) {
        const FrameParse parsed = parse_server_frame(stream_.unfinished(), frame);
        if (parsed == FrameParse::partial) {
            stream_.receive_and_wait();
            continue;
        }
        if (parsed == FrameParse::broken || frame.opcode != Opcode::text) {
            handle_other(parsed, frame);
        }
        const bool connected = frame.payload.find("\"connected\"") != std::string_view::npos;
        stream_.consume(frame.bytes);
        if (connected) {
            return;
        }
    }
}

void WebSocketClient::send_text(std::string_view text) {
    append_client_frame(stream_.outgoing(), Opcode::text, text, next_mask());
}

void WebSocketClient::close() noexcept {
    constexpr std::string_view normal_closure("\x03\xE8", 2);
    try {
        append_client_frame(stream_.outgoing(), Opcode::close, normal_closure, next_mask());
        stream_.flush();
    } catch (const ConnectionError&) {
        // Then it is closed already.
    }
}

void WebSocketClient::handle_other(FrameParse parsed, const ServerFrame& frame) {
    if (parsed == FrameParse::broken) {
        throw ConnectionError("a frame of the server is broken");
    }
    switch (frame.opcode) {
        case Opcode::ping:
            append_client_frame(stream_.outgoing(), Opcode::pong, frame.payload, next_mask());
            stream_.flush();
            return;
        case Opcode::pong:
            return;
        case Opcode::close:
            throw ConnectionError("the server closed with " + std::to_string(close_code_of(frame.payload)));
        case Opcode::text:
        case Opcode::binary:
        case Opcode::continuation:
            break;
    }
    throw ConnectionError("the server sent a frame of an unexpected kind");
}

// Xorshift: masks need to differ, not to be secret, in a load generator.
std::uint32_t WebSocketClient::next_mask() {
    mask_state_ ^= mask_state_ << 13U;
    mask_state_ ^= mask_state_ >> 17U;
    mask_state_ ^= mask_state_ << 5U;
    return mask_state_;
}

}  // namespace notifyd::bench
