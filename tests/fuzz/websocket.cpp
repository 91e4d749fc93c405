// The bytes of a client after its 101 -> our stream -> messages -> client frames; over a real socket pair.
// The first byte selects how they are split into pieces, and whether compression is on.
#include "notifyd/core/topic_name.hpp"
#include "notifyd/runtime/event_loop.hpp"
#include "notifyd/wire/client_frames.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include "input.hpp"
#include "websocket/websocket_stream.hpp"

#include <boost/asio/co_spawn.hpp>

#include <array>
#include <sys/socket.h>
#include <unistd.h>

using namespace notifyd;
using namespace notifyd::gateway;

namespace {

constexpr std::size_t message_bytes_max = 4096;
constexpr std::string_view handshake =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";

BeastRequest read_handshake() {
    boost::beast::flat_buffer buffer;
    buffer.commit(asio::buffer_copy(buffer.prepare(handshake.size()), asio::buffer(handshake)));
    RequestReader reader;
    fuzz::require(reader.take_head(buffer).has_value());
    return reader.release();
}

class Reader {
  public:
    explicit Reader(CorkedStream& stream) : stream_(stream) {}
    [[nodiscard]] bool is_full() const { return false; }
    Awaitable<void> room() { return stream_.below(message_bytes_max); }
    [[nodiscard]] static bool pay(std::size_t) { return true; }
    static void came(std::size_t) {}
    void take(std::string_view message, MessageKind kind) {
        fuzz::require(message.size() <= message_bytes_max);
        if (kind == MessageKind::binary) {
            stream_.close(CloseCode::unsupported_data);
            return;
        }
        fuzz::require(is_valid_utf8(message));
        static_cast<void>(wire::parse_client_frame(message, wire::JsonLimits::with_depth(32)));
        stream_.answer(wire::make_websocket_frame(wire::Opcode::text, {&message, 1}));
    }

  private:
    CorkedStream& stream_;
};

Awaitable<void> serve(WebSocketStream& websocket, BeastRequest request, Compression compression) {
    const WebSocketTerms terms{message_bytes_max, compression, "", "fuzz"};
    const bool accepted = co_await accept_websocket(websocket, request, terms);
    fuzz::require(accepted);
    Reader reader(websocket.next_layer());
    co_await read_messages(websocket, reader);
    const SteadyTime until{};
    co_await websocket.next_layer().finish(until);
}

class Peer {
  public:
    explicit Peer(int descriptor) : descriptor_(descriptor) {}
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer() { ::close(descriptor_); }
    void send(std::string_view bytes) const {
        static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    }
    void drain() const {
        std::array<char, 65536> rest;
        while (::recv(descriptor_, rest.data(), rest.size(), MSG_DONTWAIT) > 0) {
        }
    }
    void end() const { ::shutdown(descriptor_, SHUT_WR); }

  private:
    int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const BeastRequest request = read_handshake();
    if (size == 0 || size > 64 * 1024) return 0;
    const Compression compression = (data[0] & 1U) != 0 ? Compression::on : Compression::off;
    const std::size_t piece = data[0] < 2 ? size : data[0];
    std::array<int, 2> ends{};
    fuzz::require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const Peer peer(ends[1]);
    asio::io_context context(1);
    Flusher flusher;
    Socket socket(context.get_executor(), asio::generic::stream_protocol(AF_UNIX, 0), ends[0]);
    WebSocketStream websocket(std::move(socket), nullptr, flusher, 64 * message_bytes_max);
    bool ended = false;
    asio::co_spawn(
        context.get_executor(), serve(websocket, request, compression), [&ended](const std::exception_ptr& failure) {
            ended = true;
            if (failure) std::rethrow_exception(failure);
        });
    const auto turn = [&] {
        while (context.poll() != 0 || flusher.turn_ended()) {
        }
        peer.drain();
    };
    turn();
    for (std::string_view bytes = fuzz::text_of(data + 1, size - 1); !bytes.empty() && !ended;) {
        const std::string_view part = bytes.substr(0, piece);
        peer.send(part);
        turn();
        bytes.remove_prefix(part.size());
    }
    peer.end();
    for (int turns = 0; turns < 100 && !ended; ++turns) turn();
    fuzz::require(ended);
    return 0;
}
