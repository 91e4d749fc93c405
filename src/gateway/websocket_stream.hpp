// What every WebSocket of ours is, whatever is done with its messages: which handshakes are sound, its options, the
// 101, and reading it to its end.
// Flow:   handshake -> accept_websocket -> read_messages -> the reader
// Owns:   nothing.
// Thread: one loop.
// Fails:  check_handshake with invalid_request or upgrade_required; whatever a peer sends later ends its stream only.
#pragma once

#include "notifyd/core/limits.hpp"

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

// Answers 101; false: it could not be. Beast's own timeouts stay off: those are the sweep's. Of the handshake's offers
// of compression one is left, which is taken, or none.
Awaitable<bool> accept_websocket(WebSocketStream& websocket, BeastRequest& handshake, WebSocketTerms terms);

// Bounded by one byte more than a message may have, so that the limit is Beast's to find (it closes with 1009).
[[nodiscard]] boost::beast::flat_buffer make_message_buffer(const WebSocketStream& websocket);

// What to make ready for the next piece of a message: little while nothing has come, for that is what an idle
// connection holds. 0: what is announced or has come is more than any message has.
[[nodiscard]] std::size_t next_piece_bytes(const WebSocketStream& websocket, const boost::beast::flat_buffer& buffer);

// What the buffer takes once it has room for so many bytes more.
[[nodiscard]] std::size_t memory_after(const boost::beast::flat_buffer& buffer, std::size_t room);

// Tells the peer what Beast ends a connection for without a word: broken compression.
void close_after(const error_code& error, CorkedStream& stream);

// What a reader is given a message with.
enum class MessageKind : bool { text, binary };

// Gives every message to the reader until the stream ends:
//   bool pay(std::size_t)            whether a message may take so much memory in all; 0: it has been dealt with. When
//                                    the reader refuses, it closes the stream
//   void came(std::size_t)           so many bytes more of a message that was paid for
//   bool is_full()                   whether it takes no more for now
//   Awaitable<void> room()           until it does
//   void take(std::string_view, MessageKind)
// A template, so that a connection that is idle holds one coroutine's frame for its reading, not two.
template <class Reader>
Awaitable<void> read_messages(WebSocketStream& websocket, Reader& reader) {
    boost::beast::flat_buffer buffer = make_message_buffer(websocket);
    for (;;) {
        // In pieces of our size; Beast's async_read would hold 1.5 KiB all the time.
        do {
            const std::size_t room = next_piece_bytes(websocket, buffer);
            if (room == 0) {
                websocket.next_layer().close(CloseCode::too_big);
                co_return;
            }
            const std::size_t taken = memory_after(buffer, room);
            const bool large = taken > limits::free_message_bytes;
            if (large && taken > buffer.capacity() && !reader.pay(taken)) co_return;
            const auto piece = buffer.prepare(room);
            const auto [error, bytes] = co_await websocket.async_read_some(piece, use_tuple);
            if (error) {
                close_after(error, websocket.next_layer());
                co_return;
            }
            buffer.commit(bytes);
            if (large) reader.came(bytes);
        } while (!websocket.is_message_done());
        // Not reading on is the back-pressure that a WebSocket has.
        if (reader.is_full()) co_await reader.room();
        const CorkedStream& stream = websocket.next_layer();
        // While it closes nothing can be answered any more; the peer's close frame is what is waited for.
        if (!stream.is_closing() && stream.is_open()) {
            reader.take({static_cast<const char*>(buffer.data().data()), buffer.size()},
                        websocket.got_binary() ? MessageKind::binary : MessageKind::text);
        }
        buffer.consume(buffer.size());
        // A buffer that grew for a large message is given back.
        if (buffer.capacity() > limits::free_message_bytes) {
            buffer = make_message_buffer(websocket);
            static_cast<void>(reader.pay(0));
        }
    }
}

}  // namespace notifyd::gateway
