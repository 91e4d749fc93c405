// Registers the connection, greets the client, reads, and removes the connection.
#include "websocket/websocket_session.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/server_frames.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include "websocket/frame_dispatch.hpp"
#include "websocket/revoke.hpp"

namespace notifyd::gateway {

namespace {

constexpr std::uint16_t abnormal_closure = 1006;  // RFC 6455 §7.4.1: no close frame was received

// Removes a connection from the registry and the table, however its session ends.
class Registration {
  public:
    // `place` points to the connection as long as it is registered.
    Registration(connection::ConnectionHandler& handler, connection::Connection*& place)
        : handler_(handler), place_(place) {}
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() { handler_.closed(*std::exchange(place_, nullptr)); }

  private:
    connection::ConnectionHandler& handler_;
    connection::Connection*& place_;
};

}  // namespace

// Handles the messages of a session.
class WebSocketSession::FrameReader {
  public:
    FrameReader(WebSocketSession& session, connection::Connection& connection)
        : session_(session), connection_(connection), frames_(session.services_, session.envelopes_, connection) {}

    [[nodiscard]] bool is_full() const { return session_.is_full(connection_); }
    Awaitable<void> room() {
        // The message has arrived; the sender is not to blame if it must wait.
        session_.message_pace_.reset();
        return session_.room(connection_);
    }
    [[nodiscard]] bool pay(std::size_t bytes) {
        if (bytes == 0) {
            paid_.reset();
            session_.message_pace_.reset();
            return true;
        }
        if (!paid_) {
            paid_ = std::make_unique<BodyMemory::Share>(session_.body_memory_, connection_.identity().user);
            session_.message_pace_.emplace(session_.services_.clock.steady_now());
        }
        if (paid_->grow_to(bytes)) return true;
        // Only the client can send it again, so it must learn that this message is lost.
        session_.stream().close(CloseCode::too_slow, "too many large messages at once");
        return false;
    }
    void came(std::size_t bytes) {
        if (session_.message_pace_) session_.message_pace_->came(bytes, session_.services_.clock.steady_now());
    }
    void take(std::string_view message, MessageKind kind) {
        if (kind == MessageKind::text) {
            frames_.dispatch(message);
        } else {
            session_.stream().close(CloseCode::unsupported_data);
        }
    }

  private:
    WebSocketSession& session_;
    connection::Connection& connection_;
    FrameDispatch frames_;
    // On the heap, because few messages are large and every idle connection holds a FrameReader.
    std::unique_ptr<BodyMemory::Share> paid_;
};

WebSocketTerms WebSocketSession::terms_of(const Upgrade& upgrade) const {
    return {.message_bytes_max = services_.config.limits.max_message,
            .compression = services_.config.connections.compression ? Compression::on : Compression::off,
            .subprotocol = upgrade.subprotocol ? "notifyd.v1" : "",
            .request_id = upgrade.correlation_id};
}

// The frame of this coroutine is the memory of an idle connection. So the request and the grant are freed once it is
// open, and whatever does not suspend is in a function of its own (GCC keeps all locals of a coroutine in its frame).
Awaitable<void> WebSocketSession::serve(std::unique_ptr<Upgrade> upgrade) {
    const WebSocketTerms terms = terms_of(*upgrade);
    const bool accepted = co_await accept_websocket(client_.websocket(), upgrade->request, terms);
    if (!accepted) co_return;
    stream().limit_small_frames(services_.clock);
    const SteadyTime opened_at = services_.clock.steady_now();
    const EpochMs now = services_.clock.now_ms();
    const connection::Admission admission = std::move(upgrade->admission);
    connection::Connection connection(admission.connection(), std::move(upgrade->grant.identity), stream());
    open(connection, *upgrade, now);
    {
        connection_ = &connection;
        const Registration registration(services_.connections, connection_);
        // No frame is answered before this.
        co_await greet(connection, *upgrade);
        upgrade.reset();
        const bool is_open = stream().is_open() && !stream().is_closing();
        if (services_.state.draining && is_open) static_cast<void>(drain());
        // While the 101 was being sent, a newer connection may have replaced it, or the user may have been blocked.
        if (!admission.is_held()) stream().close(CloseCode::replaced);
        if (!services_.permissions.may_act(connection.identity().user)) stream().close(CloseCode::access_revoked);
        FrameReader reader(*this, connection);
        co_await read_messages(client_.websocket(), reader);
    }
    record_end(connection, opened_at);
}

void WebSocketSession::open(connection::Connection& connection, Upgrade& upgrade, EpochMs now) {
    const auto& rules = services_.config.connections;
    const Milliseconds age = connection::spread_age(rules.max_age, std::hash<ConnectionId>()(connection.id()));
    liveness_.emplace(connection::LivenessRules{rules.ping_interval, rules.idle_timeout, age},
                      services_.clock.steady_now());
    // What was permitted before the 101 may have been revoked while it was being sent.
    std::vector<TopicName> topics;
    for (const TopicName& topic : upgrade.grant.topics) {
        const bool permitted = services_.permissions.may_receive(connection.identity(), topic).has_value();
        (permitted ? topics : upgrade.revoked).push_back(topic);
    }
    notifications::PendingReplay::await(connection);
    services_.connections.opened(connection, topics, upgrade.peer, now);
    services_.events.emit(observability::ConnectionOpened{connection.id(),
                                                          connection.identity().user,
                                                          static_cast<std::int64_t>(connection.topic_count()),
                                                          upgrade.peer.address,
                                                          upgrade.correlation_id});
}

void WebSocketSession::begin(connection::Connection& connection, const Upgrade& upgrade) {
    if (!upgrade.revoked.empty()) tell_revoked(services_, connection, upgrade.revoked);
    if (!upgrade.resume.topics.empty()) services_.delivery.resume(connection, upgrade.resume);
    services_.pending.begin(connection);
}

Awaitable<void> WebSocketSession::greet(connection::Connection& connection, Upgrade& upgrade) {
    if (upgrade.hello == wire::Hello::off) {
        begin(connection, upgrade);
        co_return;
    }
    // This must be the first frame, whatever else is sent in the meantime.
    stream().hold();
    runtime::OneShot<bool> greeted(services_.loop.executor());
    auto greet_with = [this, &upgrade, &greeted](connection::Connection& opened,
                                                 std::span<const TopicName> topics,
                                                 std::span<const Sequence> positions) {
        if (positions.empty()) {
            stream().release(nullptr);
        } else {
            stream().release(hello_of(opened, upgrade, topics, positions));
            begin(opened, upgrade);
        }
        greeted.set(true);
    };
    delivery::Opening opening{connection.topics(), std::move(greet_with)};
    services_.delivery.open(connection, std::move(opening));
    co_await greeted.wait();
}

FramePtr WebSocketSession::hello_of(const connection::Connection& connection,
                                    const Upgrade& upgrade,
                                    std::span<const TopicName> topics,
                                    std::span<const Sequence> positions) const {
    wire::Connected hello;
    hello.connection = connection.id();
    hello.user = connection.identity().user;
    hello.topics = topics;
    hello.positions = positions;
    if (upgrade.partial) hello.refused = upgrade.grant.refused;
    hello.epoch = services_.epoch;
    hello.heartbeat = services_.config.connections.ping_interval;
    hello.server_time = services_.clock.now_ms();
    return wire::connected_frame(hello);
}

void WebSocketSession::record_end(const connection::Connection& connection, SteadyTime opened_at) {
    const std::uint16_t peer_code = client_.websocket().reason().code;
    const std::chrono::duration<double> open_for = services_.clock.steady_now() - opened_at;
    std::uint16_t code = peer_code != 0 ? peer_code : abnormal_closure;
    if (stream().close_code()) code = static_cast<std::uint16_t>(*stream().close_code());
    services_.events.emit(
        observability::ConnectionClosed{connection.id(), connection.identity().user, code, open_for.count()});
}

bool WebSocketSession::is_full(const connection::Connection& connection) const {
    // Half of it: a connection that falls behind must not keep publishing into its own backlog.
    const std::size_t outbox_max = config::unless_off(services_.config.limits.outbound_buffer) / 2;
    return connection.unanswered >= limits::unanswered_max || connection.openings >= limits::openings_max ||
           connection.sink().bytes_waiting() > outbox_max || !services_.publisher.has_room();
}

Awaitable<void> WebSocketSession::room(const connection::Connection& connection) {
    while (is_full(connection) && stream().is_open()) {
        runtime::OneShot<bool> room(services_.loop.executor());
        services_.publisher.wait_for_room([&room] { room.set(true); });
        co_await room.wait();
    }
}

void WebSocketSession::time_out(SteadyTime) {
    stream().abort();
}

Drained WebSocketSession::drain() {
    if (!liveness_) {
        // The 101 gets a moment to leave; serve() calls again.
        client_.expire_in(limits::drain_receive_timeout);
        return Drained::already;
    }
    stream().close(CloseCode::restart);
    return Drained::now;
}

bool WebSocketSession::is_stalled(SteadyTime now) {
    const ClientStream::Backlog backlog = client_.look_at_backlog(now);
    // Our pings queue behind everything else, so reading any of it is a sign of life, too.
    if (backlog.progressed) liveness_->heard(now);
    const Milliseconds limit = services_.config.delivery.stalled_after;
    return limit != Milliseconds::zero() && backlog.stalled_for >= limit;
}

void WebSocketSession::give_up() {
    services_.events.emit(observability::DeliveryClosedSlow{connection_->id(), connection_->identity().user});
    services_.delivery.give_up(*connection_, [this](const auto& visit) { stream().outbox().visit_unsent(visit); });
    // The close frame is stuck behind data that the client does not read; the code is only for the log.
    stream().close(CloseCode::too_slow);
    stream().abort();
}

void WebSocketSession::sweep(SteadyTime now) {
    if (!liveness_) {
        client_.abort_unread(now);
        return;
    }
    if (connection_ != nullptr && !stream().is_closing() && is_stalled(now)) {
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
    keep_alive(now);
}

void WebSocketSession::keep_alive(SteadyTime now) {
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

}  // namespace notifyd::gateway
