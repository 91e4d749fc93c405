// One WebSocket connection to the server: the handshake, then frames both ways.
// Owns: its stream. Thread: one. Fails: throws ConnectionError when refused, closed or sent something broken.
#pragma once

#include "stream.hpp"
#include "websocket_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::bench {

class WebSocketClient {
  public:
    // Connects, upgrades and waits for the server's `connected` frame: from then on every message of the topics in
    // `query` reaches this connection.
    WebSocketClient(const std::string& host, std::uint16_t port, std::string_view query, std::string_view token);

    int descriptor() const { return stream_.descriptor(); }

    // Queues a text frame; flush sends what is queued.
    void send_text(std::string_view text);
    void flush() { stream_.flush(); }
    // Says goodbye, if the socket still takes it; the connection ends with this object.
    void close() noexcept;

    // Reads what has come and hands each text to `on_text`; the text is valid during that call only.
    template <class OnText>
    void receive(Scratch& scratch, OnText&& on_text) {
        for (bool may_have_more = true; may_have_more;) {
            const Stream::Received received = stream_.receive(scratch);
            if (received.bytes.empty()) {
                return;
            }
            may_have_more = received.may_have_more;
            stream_.keep(parse_frames(received.bytes, on_text));
        }
    }

  private:
    void upgrade(const std::string& host, std::uint16_t port, std::string_view query, std::string_view token);
    void await_connected_frame();

    // Returns the unfinished frame at the end.
    template <class OnText>
    std::string_view parse_frames(std::string_view bytes, OnText&& on_text) {
        ServerFrame frame;
        while (true) {
            const FrameParse parsed = parse_server_frame(bytes, frame);
            if (parsed == FrameParse::partial) {
                return bytes;
            }
            if (parsed == FrameParse::complete && frame.opcode == Opcode::text) [[likely]] {
                on_text(frame.payload);
            } else {
                handle_other(parsed, frame);
            }
            bytes.remove_prefix(frame.bytes);
        }
    }

    // Answers a ping; throws for a close frame and for anything that is broken.
    void handle_other(FrameParse parsed, const ServerFrame& frame);

    std::uint32_t next_mask();

    Stream stream_;
    std::uint32_t mask_state_;
};

}  // namespace notifyd::bench
