// One open WebSocket connection: frames both ways.
// Fails: throws ConnectionError when closed or sent something broken.
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
    // Opens it, and waits for that.
    WebSocketClient(const Endpoint& endpoint, const Upgrade& upgrade, Scratch& scratch);
    // Of an opening that is done.
    explicit WebSocketClient(Stream stream);

    int descriptor() const { return stream_.descriptor(); }

    // These queue a frame; flush sends what is queued.
    void send_text(std::string_view text) { send(Opcode::text, text); }
    void send_binary(std::string_view bytes) { send(Opcode::binary, bytes); }
    void send_ping() { send(Opcode::ping, {}); }
    void flush() { stream_.flush(); }
    // Says goodbye, if the socket still takes it; the connection ends with this object.
    void close() noexcept;

    // For after `close`: reads what has come; true when the server has ended the connection. Then it is dropped without
    // a trace, so that the system has its port free again.
    bool receive_end(Scratch& scratch);

    // Pongs that have come.
    std::uint64_t pongs() const { return pongs_; }

    // While a connection is set up: sends what is queued, and waits until `has_come`, which is to receive, is true.
    template <class HasCome>
    void wait_until(HasCome&& has_come) {
        stream_.flush();
        while (!has_come()) {
            stream_.wait();
        }
    }

    // Reads what has come and hands each text to `on_text`; the text is valid during that call only.
    template <class OnText>
    void receive(Scratch& scratch, OnText&& on_text) {
        stream_.receive_with(scratch, [&](std::string_view bytes) { return parse_frames(bytes, on_text); });
    }

    // For protocols that take the frames' payloads as one stream of bytes: hands on each piece of it that has come.
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

    // Answers a ping; throws for a close frame and for anything that is broken.
    void handle_other(Parse parsed, const ServerFrame& frame);

    std::uint32_t next_mask();

    Stream stream_;
    std::uint32_t mask_state_;
    std::uint64_t piece_left_ = 0;  // of the data frame whose header has been read
    std::uint64_t pongs_ = 0;
};

}  // namespace notifyd::bench
