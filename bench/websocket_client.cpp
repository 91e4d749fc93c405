#include "websocket_client.hpp"

#include <string>
#include <utility>

namespace notifyd::bench {
namespace {

Stream open(const Endpoint& endpoint, const Upgrade& upgrade, Scratch& scratch) {
    WebSocketOpening opening(endpoint, upgrade);
    opening.finish(scratch);
    return opening.take_stream();
}

}  // namespace

WebSocketClient::WebSocketClient(const Endpoint& endpoint, const Upgrade& upgrade, Scratch& scratch)
    : WebSocketClient(open(endpoint, upgrade, scratch)) {}

WebSocketClient::WebSocketClient(Stream stream)
    : stream_(std::move(stream)), mask_state_(0x9E3779B9U ^ static_cast<std::uint32_t>(stream_.descriptor())) {}

void WebSocketClient::send(Opcode opcode, std::string_view payload) {
    append_client_frame(stream_.outgoing(), opcode, payload, next_mask());
}

void WebSocketClient::close() noexcept {
    constexpr std::string_view normal_closure("\x03\xE8", 2);
    try {
        send(Opcode::close, normal_closure);
        stream_.flush();
    } catch (const ConnectionError&) {
        // The connection is closed already.
    }
}

bool WebSocketClient::receive_end(Scratch& scratch) {
    stream_.flush();
    for (bool may_have_more = true; may_have_more;) {
        const Stream::Received received = stream_.receive(scratch);
        if (received.ended) {
            stream_.abandon_on_close();
            return true;
        }
        may_have_more = !received.bytes.empty();
    }
    return false;
}

void WebSocketClient::handle_other(Parse parsed, const ServerFrame& frame) {
    if (parsed == Parse::broken) {
        throw ConnectionError("a frame of the server is broken");
    }
    switch (frame.opcode) {
        case Opcode::ping:
            send(Opcode::pong, frame.payload);
            stream_.flush();
            return;
        case Opcode::pong:
            ++pongs_;
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

// Xorshift: in a load generator, masks need to differ, but not to be unpredictable.
std::uint32_t WebSocketClient::next_mask() {
    mask_state_ ^= mask_state_ << 13U;
    mask_state_ ^= mask_state_ >> 17U;
    mask_state_ ^= mask_state_ << 5U;
    return mask_state_;
}

}  // namespace notifyd::bench
