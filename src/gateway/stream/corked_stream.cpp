// How the outbox reaches the socket, and how a connection ends quietly.
#include "stream/corked_stream.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include <algorithm>
#include <array>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <utility>

namespace notifyd::gateway {

namespace {

constexpr asio::use_awaitable_t<runtime::Executor> use_awaitable{};
constexpr std::uint8_t opcode_mask = 0x0F;

// Where all connections of a thread read data that is to be discarded.
asio::mutable_buffer scrap() {
    static thread_local std::array<char, 64 * 1024> bytes;
    return asio::buffer(bytes);
}

}  // namespace

CorkedStream::CorkedStream(Socket socket, SSL_CTX* tls, Flusher& flusher, std::size_t outbox_bytes_max)
    : transport_(std::move(socket), tls), outbox_(outbox_bytes_max), flusher_(flusher) {}

CorkedStream::~CorkedStream() {
    if (dirty_) flusher_.remove(*this);
}

ports::Verdict CorkedStream::send(FramePtr frame) {
    if (closing_ || !is_open()) return ports::Verdict::closed;
    if (held_) {
        held_->bytes += frame->size();
        if (held_->bytes > limits::held_frames_bytes_max) return ports::Verdict::full;
        held_->frames.push_back(std::move(frame));
        return ports::Verdict::queued;
    }
    const ports::Verdict verdict = outbox_.push(std::move(frame));
    if (verdict == ports::Verdict::queued) mark_dirty();
    return verdict;
}

void CorkedStream::answer(FramePtr frame) {
    if (closing_ || !is_open()) return;
    if (held_) {
        held_->frames.push_back(std::move(frame));
        return;
    }
    outbox_.push_unbounded(std::move(frame));
    mark_dirty();
}

void CorkedStream::when_below(std::size_t mark, UniqueFunction<void()> resume) {
    if (is_open() && outbox_.bytes() > mark) {
        drain_waiters_.push_back({mark, std::move(resume)});
    } else {
        asio::post(get_executor(), std::move(resume));
    }
}

void CorkedStream::close(CloseCode code) {
    if (!held_) return close(code, reason_text(code));
    if (!held_->close) held_->close = code;
}

void CorkedStream::release(FramePtr first) {
    const std::unique_ptr<Held> held = std::move(held_);
    if (first) answer(std::move(first));
    for (FramePtr& frame : held->frames) answer(std::move(frame));
    if (held->close) close(*held->close);
}

void CorkedStream::close(CloseCode code, std::string_view reason) {
    if (closing_ || !is_open()) return;
    const auto number = static_cast<std::uint16_t>(code);
    const std::array<char, 2> code_bytes{static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
    const std::array<std::string_view, 2> payload{std::string_view(code_bytes.data(), code_bytes.size()), reason};
    outbox_.push_unbounded(wire::make_websocket_frame(wire::Opcode::close, payload));
    mark_dirty();
    closing_ = true;
    close_code_ = code;
}

void CorkedStream::send_reply(FramePtr bytes) {
    if (!is_open()) return;
    outbox_.push_unbounded(std::move(bytes));
    mark_dirty();
}

void CorkedStream::queue_control(FramePtr frame) {
    // The 101 begins with an 'H', whose low bits look like a close frame's, so check only the frames that follow it.
    const bool close_frame = websocket_ && (static_cast<std::uint8_t>(frame->view().front()) & opcode_mask) ==
                                               static_cast<std::uint8_t>(wire::Opcode::close);
    outbox_.push_unbounded(std::move(frame));
    mark_dirty();
    if (close_frame) closing_ = true;
}

std::size_t CorkedStream::control_mark() {
    return limits::control_mark_bytes;
}

void CorkedStream::mark_dirty() {
    if (dirty_ || write_blocked_) return;
    dirty_ = true;
    flusher_.add(*this);
}

void CorkedStream::flush() {
    if (write_blocked_ || outbox_.empty() || !is_open()) return;
    switch (transport_.write(outbox_).state) {
        case IoState::done:
            outbox_shrank();
            // It stopped at its limit: the rest is written in the next turn.
            if (!outbox_.empty()) mark_dirty();
            break;
        case IoState::want_write:
            outbox_shrank();
            wait_to_write(Socket::wait_write);
            break;
        case IoState::want_read:
            wait_to_write(Socket::wait_read);
            break;
        case IoState::eof:
        case IoState::failed:
        case IoState::plain_http:
            abort();
            break;
    }
}

void CorkedStream::wait_to_write(Socket::wait_type what) {
    write_blocked_ = true;
    ++pending_waits_;
    transport_.socket().async_wait(what, [this](error_code error) {
        --pending_waits_;
        write_blocked_ = false;
        // The flush resumes a wait that was interrupted.
        if ((!error || is_open()) && !outbox_.empty()) mark_dirty();
    });
}

void CorkedStream::outbox_shrank() {
    progressed_ = true;
    if (blocked_write_ && outbox_.bytes() < limits::control_mark_bytes) {
        const auto blocked = std::exchange(blocked_write_, {});
        blocked->done({}, blocked->bytes);
    }
    if (!drain_waiters_.empty()) release_waiters();
}

void CorkedStream::release_waiters() {
    std::vector<DrainWaiter> waiting;
    for (DrainWaiter& waiter : std::exchange(drain_waiters_, {})) {
        if (is_open() && outbox_.bytes() > waiter.mark) {
            waiting.push_back(std::move(waiter));
        } else {
            asio::post(get_executor(), std::move(waiter.resume));
        }
    }
    drain_waiters_ = std::move(waiting);
}

bool CorkedStream::take_progress() {
    const bool progressed = std::exchange(progressed_, false) || outbox_.empty();
    if (!write_blocked_) return progressed;
    // A blocked socket becomes writable again only when a third of the kernel's buffer is free, which takes a slow peer
    // minutes. So ask the kernel what the peer has acknowledged (tcp(7), SIOCOUTQ).
    int bytes = 0;
    if (::ioctl(transport_.socket().native_handle(), SIOCOUTQ, &bytes) != 0) return progressed;
    return std::exchange(kernel_bytes_, bytes) > bytes || progressed;
}

void CorkedStream::abort() {
    error_code ignored;
    transport_.socket().close(ignored);
    outbox_.clear();
    if (blocked_write_) std::exchange(blocked_write_, {})->done(asio::error::operation_aborted, 0);
    release_waiters();
}

error_code CorkedStream::received(asio::mutable_buffer into, std::size_t bytes) {
    heard_ = true;
    if (meter_clock_ == nullptr || closing_) return {};
    const std::span<const std::uint8_t> taken(static_cast<const std::uint8_t*>(into.data()), bytes);
    if (meter_.take(taken, meter_clock_->steady_now())) return {};
    close(CloseCode::policy);
    return asio::error::connection_aborted;
}

void CorkedStream::read_tls(IoHandler done, asio::mutable_buffer into) {
    // Bytes may be buffered inside OpenSSL, so ask it before waiting for the socket.
    const IoResult result = transport_.read_tls({static_cast<char*>(into.data()), into.size()});
    switch (result.state) {
        case IoState::done:
            if (const error_code error = received(into, result.bytes)) {
                done(error, 0);
            } else {
                done({}, result.bytes);
            }
            return;
        case IoState::eof:
            done(asio::error::eof, 0);
            return;
        case IoState::failed:
        case IoState::plain_http:
            done(asio::error::connection_reset, 0);
            return;
        case IoState::want_read:
        case IoState::want_write:
            break;
    }
    const auto what = result.state == IoState::want_read ? Socket::wait_read : Socket::wait_write;
    transport_.socket().async_wait(what, [this, done = std::move(done), into](error_code error) mutable {
        if (error) {
            done(error, 0);
        } else {
            read_tls(std::move(done), into);
        }
    });
}

Awaitable<void> CorkedStream::below(std::size_t mark) {
    while (is_open() && outbox_.bytes() > mark) {
        auto start = [this, mark](auto handler) { when_below(mark, std::move(handler)); };
        co_await asio::async_initiate<const asio::use_awaitable_t<runtime::Executor>, void()>(start, use_awaitable);
    }
}

Awaitable<CorkedStream::Secured> CorkedStream::handshake() {
    while (transport_.is_tls()) {
        const IoState state = transport_.handshake().state;
        if (state == IoState::done) break;
        if (state == IoState::plain_http) {
            transport_.stop_tls();
            co_return Secured::plain_http;
        }
        if (state != IoState::want_read && state != IoState::want_write) co_return Secured::no;
        const auto what = state == IoState::want_read ? Socket::wait_read : Socket::wait_write;
        const auto [error] = co_await transport_.socket().async_wait(what, use_tuple);
        if (error) co_return Secured::no;
    }
    co_return Secured::yes;
}

void CorkedStream::interrupt_read() {
    error_code ignored;
    transport_.socket().cancel(ignored);
}

Awaitable<void> CorkedStream::finish(SteadyTime until, Linger linger) {
    closing_ = true;
    deadline_ = until;
    co_await below(0);
    if (is_open()) {
        transport_.say_goodbye();
        error_code ignored;
        transport_.socket().shutdown(Socket::shutdown_send, ignored);
        // Closing with unread bytes would reset the connection, and the peer might lose our last reply.
        std::size_t dropped = 0;
        error_code error;
        while (!error && is_open() && dropped < limits::linger_bytes_max) {
            std::size_t bytes = 0;
            std::tie(error, bytes) = co_await transport_.socket().async_read_some(scrap(), use_tuple);
            dropped += bytes;
            if (linger.clock == nullptr || in_a_hurry_) continue;
            deadline_ = std::min(linger.until, linger.clock->steady_now() + limits::close_timeout);
        }
    }
    abort();
    // The handlers of cancelled waits refer to this stream and are already queued.
    while (pending_waits_ != 0) co_await asio::post(get_executor(), use_awaitable);
}

}  // namespace notifyd::gateway
