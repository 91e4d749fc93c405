#include "websocket_opening.hpp"

namespace notifyd::bench {
namespace {

// The example nonce of RFC 6455 §1.3. The RFC also gives the answer to it, so no SHA-1 is needed to check it.
constexpr std::string_view nonce = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view nonce_answer = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::size_t head_bytes_max = 16 * 1024;

std::string request_text(const Endpoint& endpoint, const Upgrade& upgrade) {
    std::string text = "GET ";
    text.append(upgrade.target).append(" HTTP/1.1\r\nHost: ").append(endpoint.text());
    text.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
    return text.append(nonce).append("\r\n").append(upgrade.headers).append("\r\n");
}

std::string greeting_text(const Endpoint& endpoint, const Upgrade& upgrade) {
    if (upgrade.greeting.empty()) {
        return "";
    }
    return "GET " + upgrade.greeting + " HTTP/1.1\r\nHost: " + endpoint.text() + "\r\n\r\n";
}

}  // namespace

std::string bearer(std::string_view token) {
    return token.empty() ? "" : "Authorization: Bearer " + std::string(token) + "\r\n";
}

WebSocketOpening::WebSocketOpening(const Endpoint& endpoint, const Upgrade& upgrade)
    : stream_(endpoint), greeting_(greeting_text(endpoint, upgrade)), request_(request_text(endpoint, upgrade)) {}

bool WebSocketOpening::advance(Scratch& scratch) {
    if (!asked_) {
        if (!stream_.establish()) {
            return false;
        }
        stream_.outgoing() = greeting_.empty() ? request_ : greeting_;
        asked_ = true;
    }
    stream_.flush();
    const Stream::Received received = stream_.receive(scratch);
    if (received.ended) {
        throw ConnectionError("the server closed the connection during the handshake");
    }
    const std::size_t end = received.bytes.find(head_end);
    if (end == std::string_view::npos) {
        if (received.bytes.size() > head_bytes_max) {
            throw ConnectionError("the answer to the upgrade has no end");
        }
        if (!received.bytes.empty()) {
            stream_.keep(received.bytes);
        }
        return false;
    }
    const std::string_view head = received.bytes.substr(0, end + head_end.size());
    if (!greeting_.empty()) {
        if (!head.starts_with("HTTP/1.1 204 ")) {
            throw ConnectionError("the greeting was refused: " + std::string(head));
        }
        greeting_.clear();
        stream_.outgoing() = request_;
        stream_.flush();
        return false;
    }
    if (!head.starts_with("HTTP/1.1 101 ") || head.find(nonce_answer) == std::string_view::npos) {
        // The body names the reason; it usually comes in the same read as the head.
        throw ConnectionError("the upgrade was refused: " + std::string(received.bytes.substr(0, 1024)));
    }
    stream_.put_back(received.bytes.substr(head.size()));
    return true;
}

void WebSocketOpening::finish(Scratch& scratch) {
    while (!advance(scratch)) {
        stream_.wait();
    }
}

}  // namespace notifyd::bench
