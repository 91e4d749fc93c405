// A WebSocket from its 101 to its end: registered, read, removed.
#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/server_frames.hpp"

#include "session.hpp"
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
class Session::FrameReader {
  public:
    FrameReader(Session& session, connection::Connection& connection)
        : session_(session), connection_(connection), frames_(session.services_, connection) {}

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
    Session& session_;
    connection::Connection& connection_;
    FrameDispatch frames_;
    // On the heap, because few messages are large and every idle connection holds a FrameReader.
    std::unique_ptr<BodyMemory::Share> paid_;
};

WebSocketTerms Session::terms_of(const Upgrade& upgrade) const {
    return {.message_bytes_max = services_.config.limits.max_message,
            .compression = services_.config.connections.compression ? Compression::on : Compression::off,
            .subprotocol = upgrade.subprotocol ? "notifyd.v1" : "",
            .request_id = upgrade.correlation_id};
}

// The frame of this coroutine is the memory of an idle connection. So the request and the grant are freed once it is
// open, and whatever does not suspend is in a function of its own (GCC keeps all locals of a coroutine in its frame).
Awaitable<void> Session::serve_websocket(std::unique_ptr<Upgrade> upgrade) {
    const WebSocketTerms terms = terms_of(*upgrade);
    const bool accepted = co_await accept_websocket(websocket_, upgrade->request, terms);
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
        if (services_.state.draining) static_cast<void>(drain());
        // While the 101 was being sent, a newer connection may have replaced it, or the user may have been blocked.
        if (!admission.is_held()) stream().close(CloseCode::replaced);
        if (!services_.permissions.may_act(connection.identity().user)) stream().close(CloseCode::access_revoked);
        FrameReader reader(*this, connection);
        co_await read_messages(websocket_, reader);
    }
    record_end(connection, opened_at);
}

void Session::open(connection::Connection& connection, Upgrade& upgrade, EpochMs now) {
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
    services_.connections.opened(connection, topics, upgrade.peer, now);
    services_.events.emit(observability::ConnectionOpened{connection.id(),
                                                          connection.identity().user,
                                                          static_cast<std::int64_t>(connection.topic_count()),
                                                          upgrade.peer.address,
                                                          upgrade.correlation_id});
}

void Session::begin(connection::Connection& connection, const Upgrade& upgrade) {
    if (!upgrade.revoked.empty()) tell_revoked(services_, connection, upgrade.revoked);
    if (!upgrade.resume.topics.empty()) services_.delivery.resume(connection, upgrade.resume);
}

Awaitable<void> Session::greet(connection::Connection& connection, Upgrade& upgrade) {
    if (upgrade.hello == wire::Hello::off) {
        begin(connection, upgrade);
        co_return;
    }
    // This must be the first frame, whatever else is sent in the meantime.
    stream().hold();
    runtime::OneShot<bool> told(services_.loop.executor());
    auto tell = [this, &upgrade, &told](connection::Connection& opened,
                                        std::span<const TopicName> topics,
                                        std::span<const Sequence> positions) {
        if (positions.empty()) {
            stream().release(nullptr);
        } else {
            stream().release(hello_of(opened, upgrade, topics, positions));
            begin(opened, upgrade);
        }
        told.set(true);
    };
    delivery::Opening opening{connection.topics(), std::move(tell)};
    services_.delivery.open(connection, std::move(opening));
    co_await told.wait();
}

FramePtr Session::hello_of(const connection::Connection& connection,
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

void Session::record_end(const connection::Connection& connection, SteadyTime opened_at) {
    const std::uint16_t peer_code = websocket_.reason().code;
    const std::chrono::duration<double> open_for = services_.clock.steady_now() - opened_at;
    std::uint16_t code = peer_code != 0 ? peer_code : abnormal_closure;
    if (stream().close_code()) code = static_cast<std::uint16_t>(*stream().close_code());
    services_.events.emit(
        observability::ConnectionClosed{connection.id(), connection.identity().user, code, open_for.count()});
}

bool Session::is_full(const connection::Connection& connection) const {
    // Half of it: a connection that falls behind must not keep publishing into its own backlog.
    const std::size_t outbox_max = config::unless_off(services_.config.limits.outbound_buffer) / 2;
    return connection.unanswered >= limits::unanswered_max || connection.openings >= limits::openings_max ||
           connection.sink().bytes_waiting() > outbox_max || !services_.publisher.has_room();
}

Awaitable<void> Session::room(const connection::Connection& connection) {
    while (is_full(connection) && stream().is_open()) {
        runtime::OneShot<bool> room(services_.loop.executor());
        services_.publisher.wait_for_room([&room] { room.set(true); });
        co_await room.wait();
    }
}

}  // namespace notifyd::gateway
