// The layer below websocket::stream that owns all writing of one connection. Beast's own frames (pong, close, the 101)
// and our data frames share one ordered outbox, which is written with a single gather write at the end of each turn of
// the loop. Beast handles the handshake, reading and control frames; data never goes through Beast's write, which
// splits at 64 kB.
// Flow:   processor -> send() -> outbox -> flush() at the end of the turn -> socket
// Owns:   the transport, the outbox, and the Beast write that is waiting for it.
// Thread: one loop.
// Fails:  send returns full or closed; a broken socket is closed, which ends the pending read.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/ports/connection_sink.hpp"

#include "stream/flusher.hpp"
#include "stream/frame_meter.hpp"
#include "stream/transport.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace notifyd::gateway {

// How long, at the end, to keep reading from a peer that does not stop sending.
struct Linger {
    const Clock* clock = nullptr;  // null: no longer than the existing deadline
    SteadyTime until{};
};

class CorkedStream : public ports::ConnectionSink {
  public:
    using executor_type = runtime::Executor;
    using next_layer_type = Socket;  // lets Beast find the socket for its emergency close

    CorkedStream(Socket socket, SSL_CTX* tls, Flusher& flusher, std::size_t outbox_bytes_max);
    CorkedStream(const CorkedStream&) = delete;
    CorkedStream& operator=(const CorkedStream&) = delete;
    ~CorkedStream() override;

    [[nodiscard]] executor_type get_executor() { return transport_.socket().get_executor(); }
    [[nodiscard]] Socket& next_layer() { return transport_.socket(); }
    [[nodiscard]] const Socket& next_layer() const { return const_cast<Transport&>(transport_).socket(); }

    // --- ports::ConnectionSink, after the 101
    [[nodiscard]] ports::Verdict send(FramePtr frame) override;
    void answer(FramePtr frame) override;
    [[nodiscard]] std::size_t bytes_waiting() const override { return outbox_.bytes(); }
    void when_below(std::size_t mark, UniqueFunction<void()> resume) override;
    void close(CloseCode code) override;

    // With a specific reason of less than 123 bytes.
    void close(CloseCode code, std::string_view reason);
    // Until release(), everything sent, answered or closed is held behind the frame that must come first, within the
    // outbox's capacity. If there are several closes, the first one counts.
    void hold() { held_ = std::make_unique<Held>(); }
    // `first` may be null.
    void release(FramePtr first);

    // --- HTTP
    void send_reply(FramePtr bytes);
    // Completes when the outbox is down to the mark or the socket is closed; at once if it already is.
    Awaitable<void> below(std::size_t mark);
    // plain_http: the peer sent a plain request to a TLS port; from here on the stream is plain.
    enum class Secured : std::uint8_t { yes, no, plain_http };
    Awaitable<Secured> handshake();
    // Ends the pending read with an error; the socket stays open.
    void interrupt_read();
    // Sends what is queued, close_notify and FIN, and waits for the peer's FIN, all until `until` (which becomes the
    // deadline). Anything received in the meantime is discarded, and with `linger` it extends the deadline. Afterwards,
    // nothing of the stream is pending.
    Awaitable<void> finish(SteadyTime until, Linger linger = {});
    // From now on, nothing extends the deadline of a finish.
    void hurry() { in_a_hurry_ = true; }
    // Beast writes WebSocket frames from here on: the 101 has been sent.
    void set_websocket() { websocket_ = true; }
    // Counts small frames from here on, with the time from `clock`. If there are too many, the stream closes with 1008
    // and reads no further.
    void limit_small_frames(const Clock& clock) { meter_clock_ = &clock; }

    // --- the loop's sweep
    // The socket is closed when the deadline passes; nullopt: none.
    void set_deadline(std::optional<SteadyTime> deadline) { deadline_ = deadline; }
    [[nodiscard]] bool has_deadline() const { return deadline_.has_value(); }
    [[nodiscard]] bool is_past_deadline(SteadyTime now) const { return deadline_ && now >= *deadline_; }
    // Whether anything was received since the last call.
    [[nodiscard]] bool take_heard() { return std::exchange(heard_, false); }
    // Whether the peer has read a byte since the last call, or there is nothing to read.
    [[nodiscard]] bool take_progress();
    // The socket is not accepting data: the peer is holding things up, not this loop.
    [[nodiscard]] bool is_blocked() const { return write_blocked_; }
    [[nodiscard]] const connection::Outbox& outbox() const { return outbox_; }
    // Closes the socket at once; pending reads, writes and waits end with an error.
    void abort();
    [[nodiscard]] bool is_open() const { return transport_.is_open(); }
    // The code of our close frame, if one has been sent.
    [[nodiscard]] std::optional<CloseCode> close_code() const { return close_code_; }
    // Whether a close frame, ours or Beast's, was queued: nothing may follow it.
    [[nodiscard]] bool is_closing() const override { return closing_; }

    // --- Flusher
    void flush();
    void set_clean() { dirty_ = false; }

    // --- AsyncStream, for Beast
    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, asio::mutable_buffer into) { start_read(std::move(handler), into); },
            token,
            first_buffer(buffers));
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, const Buffers& pieces) { start_write(std::move(handler), pieces); }, token, buffers);
    }
    template <class Handler>
    friend void async_teardown(boost::beast::role_type, CorkedStream& stream, Handler&& handler) {
        stream.start_teardown(std::forward<Handler>(handler));
    }

  private:
    using IoHandler = UniqueFunction<void(error_code, std::size_t)>;

    // A ring buffer comes in two pieces, of which the first may be empty.
    template <class Buffers>
    static asio::mutable_buffer first_buffer(const Buffers& buffers) {
        for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers); ++it) {
            const asio::mutable_buffer piece(*it);
            if (piece.size() != 0) return piece;
        }
        return {};
    }

    template <class Handler>
    void start_read(Handler handler, asio::mutable_buffer into) {
        if (!transport_.is_tls()) {
            // async_read_some keeps the descriptor registered; async_wait would re-arm it each time.
            transport_.socket().async_read_some(
                into, [this, into, handler = std::move(handler)](error_code error, std::size_t bytes) mutable {
                    if (!error) error = received(into, bytes);
                    std::move(handler)(error, error ? 0 : bytes);
                });
            return;
        }
        read_tls(IoHandler(PostedHandler<Handler>{get_executor(), std::move(handler)}), into);
    }

    template <class Handler, class Buffers>
    void start_write(Handler handler, const Buffers& buffers) {
        const std::size_t bytes = asio::buffer_size(buffers);
        const error_code error = queue_from_beast(buffers, bytes);
        IoHandler done(PostedHandler<Handler>{get_executor(), std::move(handler)});
        if (error || outbox_.bytes() < control_mark()) {
            done(error, error ? 0 : bytes);
        } else {
            // Back-pressure for pongs: without it, a flood of pings would consume memory.
            blocked_write_ = std::make_unique<BlockedWrite>(BlockedWrite{std::move(done), bytes});
        }
    }

    template <class Handler>
    void start_teardown(Handler&& handler) {
        // finish() sends what is queued and waits for the peer, under a deadline; Beast need not.
        closing_ = true;
        asio::post(get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code{}));
    }

    // Calls the handler from the loop, never inside the function that started the operation.
    template <class Handler>
    struct PostedHandler {
        executor_type executor;
        Handler handler;
        void operator()(error_code error, std::size_t bytes) {
            asio::post(executor, boost::beast::bind_front_handler(std::move(handler), error, bytes));
        }
    };

    template <class Buffers>
    error_code queue_from_beast(const Buffers& buffers, std::size_t bytes) {
        if (!is_open()) return asio::error::not_connected;
        if (closing_) return {};  // nothing follows a close frame, so drop Beast's own
        auto frame = Frame::make(bytes);
        asio::buffer_copy(asio::buffer(frame->bytes(), bytes), buffers);
        queue_control(std::move(frame));
        return {};
    }

    // An error if too much of one kind has been received.
    error_code received(asio::mutable_buffer into, std::size_t bytes);
    static std::size_t control_mark();
    void queue_control(FramePtr frame);
    void read_tls(IoHandler done, asio::mutable_buffer into);
    void mark_dirty();
    void wait_to_write(Socket::wait_type what);
    void outbox_shrank();
    void release_waiters();

    Transport transport_;
    connection::Outbox outbox_;
    Flusher& flusher_;
    // On the heap, because hardly any connection has one.
    struct BlockedWrite {
        IoHandler done;
        std::size_t bytes;
    };
    std::unique_ptr<BlockedWrite> blocked_write_;
    struct DrainWaiter {
        std::size_t mark;
        UniqueFunction<void()> resume;
    };
    std::vector<DrainWaiter> drain_waiters_;
    std::optional<SteadyTime> deadline_;
    std::optional<CloseCode> close_code_;
    struct Held {
        std::vector<FramePtr> frames;
        std::size_t bytes = 0;
        std::optional<CloseCode> close;
    };
    std::unique_ptr<Held> held_;
    const Clock* meter_clock_ = nullptr;
    FrameMeter meter_;
    std::uint32_t pending_waits_ = 0;
    bool websocket_ = false;
    bool closing_ = false;
    bool dirty_ = false;
    bool write_blocked_ = false;
    bool heard_ = false;
    bool progressed_ = false;
    bool in_a_hurry_ = false;
    // How much data the kernel still held when it was last asked.
    int kernel_bytes_ = 0;
};

}  // namespace notifyd::gateway
