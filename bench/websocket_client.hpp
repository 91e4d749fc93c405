// An open WebSocket connection.
// Throws ConnectionError if the connection is closed or receives something malformed.
#pragma once

#include "stream.hpp"
#include "websocket_codec.hpp"
#include "websocket_opening.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace notifyd::bench {

class WebSocketClient {
  public:
    // Opens the connection, and waits until it is open.
    WebSocketClient(const Endpoint& endpoint, const Upgrade& upgrade, Scratch& scratch);
    // Takes over the stream of a completed WebSocketOpening.
    explicit WebSocketClient(Stream stream);

    int descriptor() const { return stream_.descriptor(); }

    // The send functions queue a frame; flush sends the queue.
    void send_text(std::string_view text) { send(Opcode::text, text); }
    void send_binary(std::string_view bytes) { send(Opcode::binary, bytes); }
    void send_ping() { send(Opcode::ping, {}); }
    void flush() { stream_.flush(); }
    // Sends a close frame if the socket still accepts it. The destructor closes the connection.
    void close() noexcept;

    // To be called after `close`: reads what has arrived, and returns true once the server has closed the connection.
    // The connection is then reset, so that its port is free again at once.
    bool receive_end(Scratch& scratch);

    // The number of pongs received.
    std::uint64_t pongs() const { return pongs_; }

    // For setting up a connection: sends the queue, and waits until `has_come` returns true; `has_come` has to receive.
    template <class HasCome>
    void wait_until(HasCome&& has_come) {
        stream_.flush();
        while (!has_come()) {
            stream_.wait();
        }
    }

    // Reads what has arrived and passes each text to `on_text`; the text is valid only during that call.
    template <class OnText>
    void receive(Scratch& scratch, OnText&& on_text) {
        stream_.receive_with(scratch, [&](std::string_view bytes) { return parse_frames(bytes, on_text); });
    }

    // For protocols that treat the payloads of the frames as one byte stream: passes on each piece as it arrives.
    template <class OnPiece>
    void receive_pieces(Scratch& scratch, OnPiece&& on_piece) {
        stream_.receive_with(scratch, [&](std::string_view bytes) { return parse_pieces(bytes, on_piece); });
    }

  private:
    void send(Opcode opcode, std::string_view payload);

    template <class OnText>
    std::string_view parse_frames(std::string_view bytes, OnText&& on_text) {
        ServerFrame frame;
        while (true) {
            const Parse parsed = parse_server_frame(bytes, frame);
            if (parsed == Parse::partial) {
                return bytes;
            }
            if (parsed == Parse::complete && frame.opcode == Opcode::text) [[likely]] {
                on_text(frame.payload);
            } else {
                handle_other(parsed, frame);
            }
            bytes.remove_prefix(frame.bytes);
        }
    }

    template <class OnPiece>
    std::string_view parse_pieces(std::string_view bytes, OnPiece&& on_piece) {
        while (true) {
            if (piece_left_ > 0) {
                const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(piece_left_, bytes.size()));
                if (piece.empty()) {
                    return bytes;
                }
                on_piece(piece);
                piece_left_ -= piece.size();
                bytes.remove_prefix(piece.size());
                continue;
            }
            ServerFrameHeader header;
            const Parse parsed = parse_server_frame_header(bytes, header);
            if (parsed == Parse::partial) {
                return bytes;
            }
            if (parsed == Parse::complete && is_data(header.opcode)) [[likely]] {
                piece_left_ = header.payload_bytes;
                bytes.remove_prefix(header.bytes);
                continue;
            }
            ServerFrame frame;
            const Parse whole = parse_server_frame(bytes, frame);
            if (whole == Parse::partial) {
                return bytes;
            }
            handle_other(whole, frame);
            bytes.remove_prefix(frame.bytes);
        }
    }

    // Answers a ping; throws for a close frame and for anything malformed.
    void handle_other(Parse parsed, const ServerFrame& frame);

    std::uint32_t next_mask();

    Stream stream_;
    std::uint32_t mask_state_;
    std::uint64_t piece_left_ = 0;  // unread payload bytes of the current data frame
    std::uint64_t pongs_ = 0;
};

}  // namespace notifyd::bench
