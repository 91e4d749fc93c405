// Deadlines, slow readers, and giving way.
#include "client_stream.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"

namespace notifyd::gateway {

ClientStream::ClientStream(Arrival arrival, SSL_CTX* tls, const SessionGround& ground)
    : context_(ground.services),
      yield_order_(ground.yield_order),
      place_(std::move(arrival.place)),
      peer_address_(std::move(arrival.peer_address)),
      websocket_(std::move(arrival.socket), tls, ground.flusher, ground.services.config.limits.outbound_buffer) {
    stand_by();
}

ClientStream::~ClientStream() {
    keep();
}

void ClientStream::expire_in(Milliseconds timeout) {
    late_ = false;
    if (timeout == Milliseconds::zero()) {
        stream().set_deadline(std::nullopt);
    } else {
        stream().set_deadline(context_.clock.steady_now() + timeout);
    }
}

void ClientStream::expire_at(SteadyTime time) {
    late_ = false;
    stream().set_deadline(time);
}

void ClientStream::interrupt(SteadyTime now) {
    if (late_) {
        stream().abort();
        return;
    }
    late_ = true;
    stream().set_deadline(now + limits::close_timeout);
    stream().interrupt_read();
}

ClientStream::Backlog ClientStream::look_at_backlog(SteadyTime now) {
    Backlog backlog;
    const bool progressed = stream().take_progress();
    if (stream().outbox().empty() || !stream().is_blocked()) {
        stalled_since_ = {};
        return backlog;
    }
    backlog.progressed = progressed;
    if (progressed || stalled_since_ == SteadyTime{}) stalled_since_ = now;
    backlog.stalled_for = now - stalled_since_;
    return backlog;
}

void ClientStream::abort_unread(SteadyTime now) {
    if (look_at_backlog(now).stalled_for >= limits::reply_stalled_after) stream().abort();
}

void ClientStream::stand_by() {
    // Closing a socket again makes no room.
    if (stream().is_open()) yield_order_.enter(*this, standing_, context_.clock.steady_now());
}

bool ClientStream::can_give_way() const {
    if (!stream().is_open()) return false;
    // A known client must still receive its replies.
    return !is_known() || stream().outbox().empty();
}

void ClientStream::give_way() {
    context_.events.emit(observability::AcceptRefused{"gave_way", peer_address_});
    stream().abort();
    // The socket is closed, so the newcomer need not wait for the session to end.
    place_.give_back();
}

}  // namespace notifyd::gateway
