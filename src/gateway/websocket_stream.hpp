// What every WebSocket of ours is, whatever is done with its messages: which handshakes are sound, its options, the
// 101, and reading it to its end.
// Flow:   handshake -> accept_websocket -> read_messages -> the reader
// Owns:   nothing.
// Thread: one loop.
// Fails:  check_handshake with invalid_request or upgrade_required; whatever a peer sends later ends its stream only.
#pragma once

#include "corked_stream.hpp"
#include "request_reader.hpp"

#include <boost/beast/websocket.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace notifyd::gateway {

using WebSocketStream = boost::beast::websocket::stream<CorkedStream>;

enum class Compression : bool { off, on };

struct WebSocketTerms {
    std::size_t message_bytes_max;
    Compression compression;
    // What the 101 answers: the name of a subprotocol (empty: none), and the request's id.
    std::string_view subprotocol;
    std::string_view request_id;
};

[[nodiscard]] Result<void> check_handshake(const BeastRequest& head);

// Answers 101; false: it could not be. Beast's own timeouts stay off: those are the sweep's.
Awaitable<bool> accept_websocket(WebSocketStream& websocket, const BeastRequest& handshake, WebSocketTerms terms);

// Beast makes room for what the header of a compressed frame announces, however much that is: the buffer is the bound.
// What was inflated and what is to be fit in twice the limit of a message, with a little for what deflate lengthens.
[[nodiscard]] boost::beast::flat_buffer make_message_buffer(const WebSocketStream& websocket);

// Tells the peer what Beast ends a connection for without a word: broken compression, a frame beyond that buffer.
void close_after(const error_code& error, CorkedStream& stream);

// What a reader is given a message with.
enum class MessageKind : bool { text, binary };

// Gives every message to the reader until the stream ends:
//   bool is_full()                   whether it takes no more for now
//   Awaitable<void> room()           until it does
//   void take(std::string_view, MessageKind)
// A template, so that a connection that is idle holds one coroutine's frame for its reading, not two.
template <class Reader>
Awaitable<void> read_messages(WebSocketStream& websocket, Reader& reader) {
    // A read buffer that grew for a large message is given back.
    constexpr std::size_t kept_buffer_bytes = 16 * 1024;
    boost::beast::flat_buffer buffer = make_message_buffer(websocket);
    for (;;) {
        const auto [error, bytes] = co_await websocket.async_read(buffer, use_tuple);
        if (error) {
            close_after(error, websocket.next_layer());
            co_return;
        }
        // Not reading on is the back-pressure that a WebSocket has.
        if (reader.is_full()) co_await reader.room();
        const CorkedStream& stream = websocket.next_layer();
        // While it closes nothing can be answered any more; the peer's close frame is what is waited for.
        if (!stream.is_closing() && stream.is_open()) {
            reader.take({static_cast<const char*>(buffer.data().data()), buffer.size()},
                        websocket.got_binary() ? MessageKind::binary : MessageKind::text);
        }
        buffer.consume(buffer.size());
        if (buffer.capacity() > kept_buffer_bytes) buffer = make_message_buffer(websocket);
    }
}

}  // namespace notifyd::gateway
