// The life of a session, stage by stage.
#include "session.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/server.hpp"

#include "http/http_session.hpp"
#include "websocket/websocket_session.hpp"

#include <chrono>
#include <utility>

namespace notifyd::gateway {

namespace {

// For the reply to a request that did not arrive in time: the client reads it soon, or never.
constexpr std::chrono::seconds late_close_timeout{2};

}  // namespace

template <class Next>
Next& Session::enter() {
    auto next = std::make_unique<Next>(client_, ground_);
    Next& entered = *next;
    stage_ = std::move(next);
    return entered;
}

// The frame of this coroutine is part of the memory of an idle connection.
Awaitable<void> Session::run() {
    const SessionServices& services = ground_.services;
    CorkedStream& stream = client_.stream();
    bool is_http = true;
    try {
        client_.expire_in(services.config.connections.handshake_timeout);
        const CorkedStream::Secured secured = co_await stream.handshake();
        std::unique_ptr<Upgrade> upgrade;
        if (secured == CorkedStream::Secured::yes) {
            upgrade = co_await enter<HttpSession>().serve();
        } else if (secured == CorkedStream::Secured::plain_http) {
            enter<HttpSession>().refuse_plain_http();
        } else {
            stream.abort();
        }
        if (upgrade) {
            is_http = false;
            co_await enter<WebSocketSession>().serve(std::move(upgrade));
        }
    } catch (const std::exception& error) {
        services.events.emit(observability::ExceptionCaught{"session", error.what()});
        stream.abort();
    }
    stage_.reset();
    const SteadyTime now = services.clock.steady_now();
    Linger linger;
    // A client that missed a deadline will not be in a hurry to read the answer either.
    const bool is_late = client_.is_late();
    if (is_http && !is_late && !services.state.draining) linger = {&services.clock, now + limits::linger_timeout};
    // It is only waiting for the peer to close, and loses nothing if it is closed first.
    client_.stand_by();
    const auto patience = is_late ? late_close_timeout : limits::close_timeout;
    co_await stream.finish(now + patience, linger);
}

void Session::sweep(SteadyTime now) {
    const bool is_over = client_.stream().is_past_deadline(now);
    if (!stage_) {
        if (is_over) return abort();
        return client_.abort_unread(now);
    }
    if (is_over) return stage_->time_out(now);
    stage_->sweep(now);
}

Drained Session::drain() {
    CorkedStream& stream = client_.stream();
    stream.hurry();
    if (!stream.is_open() || stream.is_closing()) return Drained::already;
    if (stage_) return stage_->drain();
    client_.expire_in(limits::drain_receive_timeout);
    return Drained::already;
}

}  // namespace notifyd::gateway
