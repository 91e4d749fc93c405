// What all WebSockets have in common, whatever is done with their messages: which handshakes are valid, the options,
// the 101, and reading to the end.
// Flow:   handshake -> accept_websocket -> read_messages -> the reader
// Thread: one loop.
// Fails:  check_handshake with invalid_request or upgrade_required; whatever a peer sends later only ends its stream.
#pragma once

#include "notifyd/core/limits.hpp"

#include "http/request_reader.hpp"
#include "stream/corked_stream.hpp"

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
    // The contents of the 101: the name of a subprotocol (empty: none), and the request's id.
    std::string_view subprotocol;
    std::string_view request_id;
};

[[nodiscard]] Result<void> check_handshake(const BeastRequest& head);

// Answers 101; returns false if that failed. Beast's own timeouts stay off, because the sweep is responsible. Of the
// handshake's offers of compression, at most one is left, which is accepted.
Awaitable<bool> accept_websocket(WebSocketStream& websocket, BeastRequest& handshake, WebSocketTerms terms);

// Holds at most one byte more than a message may have, so that Beast detects the excess (it closes with 1009).
[[nodiscard]] boost::beast::flat_buffer make_message_buffer(const WebSocketStream& websocket);

// How much to prepare for the next piece of a message: little while nothing has arrived, because that is what an idle
// connection holds. 0: the announced or received size exceeds that of any message.
[[nodiscard]] std::size_t next_piece_bytes(const WebSocketStream& websocket, const boost::beast::flat_buffer& buffer);

// The size of the buffer once it has room for this many more bytes.
[[nodiscard]] std::size_t memory_after(const boost::beast::flat_buffer& buffer, std::size_t room);

// Informs the peer of the one fault that Beast does not report to it: broken compression.
void close_after(const error_code& error, CorkedStream& stream);

// Whether a message is text or binary.
enum class MessageKind : bool { text, binary };

// Passes every message to the reader until the stream ends:
//   bool pay(std::size_t)            whether a message may occupy this much memory in total; 0: it has been handled. If
//                                    the reader refuses, it closes the stream
//   void came(std::size_t)           this many more bytes of a paid message have arrived
//   bool is_full()                   whether the reader accepts no more for now
//   Awaitable<void> room()           waits until it does
//   void take(std::string_view, MessageKind)
// A template, so that an idle connection holds only one coroutine frame for reading, not two.
template <class Reader>
Awaitable<void> read_messages(WebSocketStream& websocket, Reader& reader) {
    boost::beast::flat_buffer buffer = make_message_buffer(websocket);
    for (;;) {
        // In pieces of our size, because Beast's async_read would permanently hold 1.5 KiB.
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
        // Not reading is the back-pressure of a WebSocket.
        if (reader.is_full()) co_await reader.room();
        const CorkedStream& stream = websocket.next_layer();
        // Once closing, nothing can be answered any more; only the peer's close frame matters.
        if (!stream.is_closing() && stream.is_open()) {
            reader.take({static_cast<const char*>(buffer.data().data()), buffer.size()},
                        websocket.got_binary() ? MessageKind::binary : MessageKind::text);
        }
        buffer.consume(buffer.size());
        // Free a buffer that grew for a large message.
        if (buffer.capacity() > limits::free_message_bytes) {
            buffer = make_message_buffer(websocket);
            static_cast<void>(reader.pay(0));
        }
    }
}

}  // namespace notifyd::gateway
