// The life of a session, and what the sweep does to it.
#include "session.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/wire/websocket_frame.hpp"

namespace notifyd::gateway {

namespace {

// For the reply to a request that did not arrive in time: the client reads it soon, or never.
constexpr std::chrono::seconds late_close_timeout{2};

}  // namespace

Session::Session(Arrival arrival, SSL_CTX* tls, const SessionGround& ground)
    : services_(ground.services),
      router_(ground.router),
      body_memory_(ground.body_memory),
      yield_order_(ground.yield_order),
      place_(std::move(arrival.place)),
      peer_address_(std::move(arrival.peer_address)),
      websocket_(std::move(arrival.socket), tls, ground.flusher, ground.services.config.limits.outbound_buffer) {
    stand_by();
}

Session::~Session() {
    yield_order_.leave(*this);
}

void Session::stand_by() {
    // Closing a socket again makes no room.
    if (stream().is_open()) yield_order_.enter(*this, standing_, services_.clock.steady_now());
}

bool Session::can_give_way() const {
    if (!stream().is_open()) return false;
    // A known client must still receive its replies.
    return standing_ == YieldOrder::Standing::stranger || stream().outbox().empty();
}

void Session::give_way() {
    services_.events.emit(observability::AcceptRefused{"gave_way", peer_address_});
    stream().abort();
    // The socket is closed, so the newcomer need not wait for this session to end.
    place_.give_back();
}

void Session::expire_in(Milliseconds timeout) {
    timed_out_ = false;
    if (timeout == Milliseconds::zero()) {
        stream().set_deadline(std::nullopt);
    } else {
        stream().set_deadline(services_.clock.steady_now() + timeout);
    }
}

void Session::expire_at(SteadyTime time) {
    timed_out_ = false;
    stream().set_deadline(time);
}

Awaitable<void> Session::run() {
    try {
        expire_in(services_.config.connections.handshake_timeout);
        const CorkedStream::Secured secured = co_await stream().handshake();
        if (secured == CorkedStream::Secured::yes) {
            std::unique_ptr<Upgrade> upgrade = co_await serve_http();
            if (upgrade) co_await serve_websocket(std::move(upgrade));
        } else if (secured == CorkedStream::Secured::plain_http) {
            refuse_plain_http();
        } else {
            stream().abort();
        }
    } catch (const std::exception& error) {
        services_.events.emit(observability::ExceptionCaught{"session", error.what()});
        stream().abort();
    }
    const SteadyTime now = services_.clock.steady_now();
    Linger linger;
    // A client that missed a deadline will not be in a hurry to read the answer either.
    const bool is_late = std::exchange(timed_out_, false);
    const bool lingers = !liveness_ && !services_.state.draining && !is_late;
    if (lingers) linger = {&services_.clock, now + limits::linger_timeout};
    liveness_.reset();
    // It is only waiting for the peer to close, and loses nothing if it is closed first.
    stand_by();
    const auto patience = is_late ? late_close_timeout : limits::close_timeout;
    co_await stream().finish(now + patience, linger);
}

bool Session::is_stalled(SteadyTime now, Milliseconds limit) {
    const bool progressed = stream().take_progress();
    if (stream().outbox().empty() || !stream().is_blocked()) {
        stalled_since_ = {};
        return false;
    }
    if (progressed) {
        // Our pings queue behind everything else, so reading any of it is a sign of life, too.
        stalled_since_ = {};
        if (liveness_) liveness_->heard(now);
    }
    if (stalled_since_ == SteadyTime{}) stalled_since_ = now;
    return limit != Milliseconds::zero() && now - stalled_since_ >= limit;
}

void Session::give_up() {
    const connection::Connection& connection = *connection_;
    services_.events.emit(observability::DeliveryClosedSlow{connection.id(), connection.identity().user});
    services_.delivery.give_up(*connection_, [this](const auto& visit) { stream().outbox().visit_unsent(visit); });
    // The close frame is stuck behind data that the client does not read; the code is only for the log.
    stream().close(CloseCode::too_slow);
    stream().abort();
}

void Session::time_out(SteadyTime now) {
    const bool is_receiving = !liveness_ && phase_ == Phase::receiving && !stream().is_closing();
    if (!is_receiving || timed_out_) {
        stream().abort();
        return;
    }
    // The reading coroutine sends the answer, and has little time for it.
    timed_out_ = true;
    stream().set_deadline(now + limits::close_timeout);
    stream().interrupt_read();
}

void Session::sweep(SteadyTime now) {
    if (stream().is_past_deadline(now)) {
        time_out(now);
        return;
    }
    if (!liveness_) {
        // A reply that is not being read holds memory.
        if (is_stalled(now, limits::reply_stalled_after)) stream().abort();
        return;
    }
    const Milliseconds stalled_after = services_.config.delivery.stalled_after;
    if (connection_ != nullptr && !stream().is_closing() && is_stalled(now, stalled_after)) {
        give_up();
        return;
    }
    if (stream().is_closing()) {
        // The peer has this long to answer our close frame.
        if (!stream().has_deadline()) stream().set_deadline(now + limits::close_timeout);
        return;
    }
    if (message_pace_ && now >= message_pace_->due()) {
        // It holds memory that others need.
        stream().close(CloseCode::too_slow);
        return;
    }
    const bool token_ends = connection_ != nullptr && services_.config.connections.close_on_token_expiry;
    if (token_ends && services_.clock.now_ms() >= connection_->identity().expires_at) {
        stream().close(CloseCode::token_expired);
        return;
    }
    if (stream().take_heard()) {
        liveness_->heard(now);
        if (connection_ != nullptr) connection_->last_active_at = services_.clock.now_ms();
    }
    switch (liveness_->next(now)) {
        case connection::Liveness::Action::wait:
            break;
        case connection::Liveness::Action::send_ping:
            // A full outbox accepts no ping, but we will not hear from a client that does not read either.
            static_cast<void>(stream().send(wire::make_websocket_frame(wire::Opcode::ping, {})));
            break;
        case connection::Liveness::Action::close_idle:
            // Probably nobody is there to answer the close frame: send it, and let the next sweep end the connection.
            stream().close(CloseCode::heartbeat_lost);
            stream().set_deadline(now);
            break;
        case connection::Liveness::Action::close_too_old:
            stream().close(CloseCode::going_away);
            break;
    }
}

Session::Drained Session::drain() {
    stream().hurry();
    if (!stream().is_open() || stream().is_closing()) return Drained::already;
    if (liveness_) {
        stream().close(CloseCode::restart);
        return Drained::now;
    }
    if (phase_ == Phase::idle) {
        stream().abort();
        return Drained::now;
    }
    // A request that is partly received gets a moment to arrive; one that is being answered gets the time it needs.
    if (phase_ == Phase::receiving) expire_in(limits::drain_receive_timeout);
    return Drained::already;
}

}  // namespace notifyd::gateway
