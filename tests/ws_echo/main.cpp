// ws_echo --port N [--deflate]: sends every text and binary message back, for WebSocket conformance suites such as
// Autobahn's fuzzing client. The build leaves it at build/release/tests/ws_echo.
// All that such a suite exercises is the gateway's: the request, the handshake, the options, reading, control frames,
// closing, and the stream below. Only the messages' way is shorter, and their limit higher (Autobahn sends 16 MiB).
// Prints "listening on 127.0.0.1:<port>" when ready (port 0: any free one), and runs until it is killed.
#include "notifyd/core/limits.hpp"
#include "notifyd/runtime/spawner.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include "accept/listener.hpp"
#include "websocket/websocket_stream.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace notifyd::gateway {

namespace {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, runtime::Executor>;
using Timer = asio::
    basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, runtime::Executor>;

constexpr std::size_t message_bytes_max = 32U * 1024 * 1024;
constexpr std::string_view refused = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

struct Options {
    std::uint16_t port = 0;
    Compression compression = Compression::off;
};

class Echo : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  public:
    Echo(Socket socket, Flusher& flusher) : websocket_(std::move(socket), nullptr, flusher, 2 * message_bytes_max) {}

    Awaitable<void> run(Compression compression) {
        const bool opened = co_await open(compression);
        if (opened) co_await read_messages(websocket_, *this);
        co_await stream().finish(std::chrono::steady_clock::now() + limits::close_timeout);
    }

    // As the session's sweep: who does not end the TCP connection in time has it ended.
    void sweep(SteadyTime now) {
        if (stream().is_past_deadline(now)) {
            stream().abort();
        } else if (stream().is_closing() && !stream().has_deadline()) {
            stream().set_deadline(now + limits::close_timeout);
        }
    }

    // --- the reader of read_messages
    [[nodiscard]] bool is_full() { return stream().bytes_waiting() > message_bytes_max; }
    Awaitable<void> room() { return stream().below(message_bytes_max); }
    [[nodiscard]] static bool pay(std::size_t) { return true; }
    static void came(std::size_t) {}
    void take(std::string_view message, MessageKind kind) {
        const wire::Opcode opcode = kind == MessageKind::text ? wire::Opcode::text : wire::Opcode::binary;
        stream().answer(wire::make_websocket_frame(opcode, {&message, 1}));
    }

  private:
    [[nodiscard]] CorkedStream& stream() { return websocket_.next_layer(); }

    Awaitable<bool> open(Compression compression) {
        boost::beast::flat_buffer buffer(4 * limits::header_bytes_max);
        RequestReader reader;
        for (;;) {
            const Result<RequestReader::Progress> progress = reader.take_head(buffer);
            if (progress && *progress == RequestReader::Progress::complete) break;
            if (!progress) {
                stream().send_reply(make_frame(refused));
                co_return false;
            }
            const auto [error, bytes] =
                co_await stream().async_read_some(buffer.prepare(limits::header_bytes_max), use_tuple);
            if (error) co_return false;
            buffer.commit(bytes);
        }
        if (!check_handshake(reader.request()) || reader.has_body() || buffer.size() != 0) {
            stream().send_reply(make_frame(refused));
            co_return false;
        }
        BeastRequest handshake = reader.release();
        const WebSocketTerms terms{message_bytes_max, compression, "", "echo"};
        const bool accepted = co_await accept_websocket(websocket_, handshake, terms);
        co_return accepted;
    }

    WebSocketStream websocket_;
};

using EchoList = boost::intrusive::list<Echo, boost::intrusive::constant_time_size<false>>;

Awaitable<void> serve(Socket socket, EchoList& echoes, Flusher& flusher, Compression compression) {
    Echo echo(std::move(socket), flusher);
    echoes.push_back(echo);
    co_await echo.run(compression);
}

Awaitable<void> accept_all(
    Acceptor& acceptor, runtime::Spawner& tasks, EchoList& echoes, Flusher& flusher, Compression compression) {
    for (;;) {
        auto [error, socket] = co_await acceptor.async_accept(use_tuple);
        if (!error) tasks.spawn(serve(std::move(socket), echoes, flusher, compression));
    }
}

Awaitable<void> sweep_all(runtime::EventLoop& loop, EchoList& echoes) {
    Timer timer(loop.executor());
    for (;;) {
        timer.expires_after(limits::sweep_interval);
        co_await timer.async_wait(use_tuple);
        for (Echo& echo : echoes) echo.sweep(std::chrono::steady_clock::now());
    }
}

int run(const Options& options) {
    Result<Listeners> listeners = open_listeners(config::Endpoint{"127.0.0.1", options.port, ""}, 0, 1);
    if (!listeners) {
        std::fprintf(stderr, "ws_echo: %s\n", listeners.error().message.c_str());
        return EXIT_FAILURE;
    }
    runtime::EventLoop loop(0, 16);
    Flusher flusher;
    loop.add_turn_hook(flusher);
    loop.on_exception([](const char* what) { std::fprintf(stderr, "ws_echo: exception: %s\n", what); });
    Acceptor acceptor(loop.executor());
    acceptor.assign(asio::generic::stream_protocol(listeners->family, 0), listeners->sockets.front().release());
    EchoList echoes;
    runtime::Spawner tasks(loop);
    tasks.spawn(accept_all(acceptor, tasks, echoes, flusher, options.compression));
    tasks.spawn(sweep_all(loop, echoes));
    std::printf("listening on %s\n", config::to_string(listeners->endpoint).c_str());
    std::fflush(stdout);
    loop.run();
    return EXIT_SUCCESS;
}

std::optional<Options> read_options(int count, char** arguments) {
    Options options;
    bool has_port = false;
    for (int at = 1; at < count; ++at) {
        if (std::strcmp(arguments[at], "--deflate") == 0) {
            options.compression = Compression::on;
        } else if (std::strcmp(arguments[at], "--port") == 0 && at + 1 < count) {
            const char* text = arguments[++at];
            const char* end = text + std::strlen(text);
            has_port = std::from_chars(text, end, options.port).ptr == end && end != text;
        } else {
            return std::nullopt;
        }
    }
    if (!has_port) return std::nullopt;
    return options;
}

}  // namespace

}  // namespace notifyd::gateway

int main(int count, char** arguments) {
    const auto options = notifyd::gateway::read_options(count, arguments);
    if (!options) {
        std::fputs("usage: ws_echo --port N [--deflate]\n", stderr);
        return 2;
    }
    return notifyd::gateway::run(*options);
}
