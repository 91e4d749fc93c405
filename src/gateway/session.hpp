// One client's socket: TLS handshake, HTTP requests, perhaps a WebSocket, and a quiet end.
// It lives in the frame of its coroutine; the gateway's list borrows it for sweeps and the drain.
// Flow:   listener -> Session -> router (HTTP) or FrameDispatch (WebSocket)
// Owns:   the stream.
// Thread: one loop.
// Fails:  never past run(): whatever a peer does ends its own session only.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/connection/connection_handler.hpp"
#include "notifyd/connection/connection_limits.hpp"
#include "notifyd/connection/liveness.hpp"
#include "notifyd/gateway/loop_services.hpp"
#include "notifyd/wire/api_types.hpp"

#include "body_memory.hpp"
#include "http_reply.hpp"
#include "http_request.hpp"
#include "open_sockets.hpp"
#include "request_reader.hpp"
#include "websocket_stream.hpp"
#include "yield_order.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::gateway {

struct Route;
struct RouteMatch;

// An upgrade that is going to be answered 101.
struct Upgrade {
    Upgrade(BeastRequest handshake, auth::ConnectGrant granted, connection::Admission place)
        : request(std::move(handshake)), grant(std::move(granted)), admission(std::move(place)) {}

    BeastRequest request;
    auth::ConnectGrant grant;
    connection::Admission admission;
    wire::Hello hello = wire::Hello::off;
    bool partial = false;
    ResumeRequest resume;
    // Topics that were revoked while the 101 was sent.
    std::vector<TopicName> revoked;
    bool subprotocol = false;
    std::string correlation_id;
    connection::PeerInfo peer;
};

// A socket that was accepted, and its place among all.
struct Arrival {
    Socket socket;
    std::string peer_address;
    OpenSockets::Place place;
};

// What the sessions of a loop share. Outlives them.
struct SessionGround {
    LoopServices& services;
    Flusher& flusher;
    BodyMemory& body_memory;
    YieldOrder& yield_order;
};

class Session : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
                private YieldOrder::Entry {
  public:
    Session(Arrival arrival, SSL_CTX* tls, const SessionGround& ground);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    Awaitable<void> run();

    // Deadlines, pings and ages; called every limits::sweep_interval.
    void sweep(SteadyTime now);
    // The server stops: an idle HTTP connection ends now, a WebSocket with 1012, a request when it is answered.
    // `now` when this call closed it.
    enum class Drained : std::uint8_t { already, now };
    Drained drain();
    // Ends at once.
    void abort() { stream().abort(); }

  private:
    // --- YieldOrder::Entry
    [[nodiscard]] bool can_give_way() const override;
    void give_way() override;
    // Its socket can be had by a newcomer from here on, until yield_order_ has it leave.
    void stand_by();

    // What an HTTP connection is doing: waiting for a request, reading one, or answering it.
    enum class Phase : std::uint8_t { idle, receiving, answering };

    [[nodiscard]] CorkedStream& stream() { return websocket_.next_layer(); }
    [[nodiscard]] const CorkedStream& stream() const { return websocket_.next_layer(); }
    void expire_in(Milliseconds timeout);
    // Whether the peer has taken nothing for too long.
    [[nodiscard]] bool is_stalled(SteadyTime now, Milliseconds limit);
    void give_up();

    // --- http_session.cpp
    // Serves requests until the connection ends (nullptr) or is to become a WebSocket.
    Awaitable<std::unique_ptr<Upgrade>> serve_http();
    Awaitable<bool> await_request(boost::beast::flat_buffer& buffer);
    // False: the peer is gone, there is nobody to answer.
    Awaitable<bool> receive(boost::beast::flat_buffer& buffer);
    // False when it was refused or broken, and the connection must end.
    Awaitable<bool> read_head(boost::beast::flat_buffer& buffer, RequestReader& reader);
    // What a large body pays with: there is one once its token has been checked.
    using Paid = std::optional<BodyMemory::Share>;
    // False when it was refused: its body stays in the socket, and the connection must end.
    Awaitable<bool> check_token(const RequestReader& reader, const HttpRequest& request, Paid& paid);
    Awaitable<bool> read_body(boost::beast::flat_buffer& buffer,
                              RequestReader& reader,
                              std::size_t bytes_max,
                              Paid& paid);
    [[nodiscard]] KeepAlive keep_alive_of(const RequestReader& reader) const;
    // For the next request; shorter for who has not shown a good token.
    void expire_idle();
    // Waits until the reply is (nearly) sent; whether the connection goes on.
    Awaitable<bool> settle(KeepAlive keep_alive);
    Awaitable<HttpReply> call(const Route& route, const HttpRequest& request);
    Awaitable<void> answer(HttpRequest& request, const RouteMatch& match, KeepAlive keep_alive);
    void refuse(const Error& error, const RequestReader& reader);
    void send_reply(const HttpReply& reply, const HttpRequest& request, KeepAlive keep_alive);
    [[nodiscard]] Result<HttpRequest> read_request(const RequestReader& reader);
    [[nodiscard]] std::string correlation_id_of(const HeadFields& fields);
    [[nodiscard]] std::string_view allow_origin(std::string_view origin) const;
    [[nodiscard]] HttpReply preflight_reply(const HttpRequest& request, const RouteMatch& match) const;

    // Waits for a fetch of keys, for a token whose key is not among these: what follows decides by those that are there
    // then.
    Awaitable<void> await_key(std::string_view token, std::shared_ptr<const auth::KeySet> keys);

    // --- upgrade.cpp
    [[nodiscard]] bool is_upgrade_path(std::string_view path) const;
    Awaitable<Result<std::unique_ptr<Upgrade>>> admit_upgrade(BeastRequest head, const HttpRequest& request);
    // Logs the reason.
    [[nodiscard]] Error auth_error(const auth::Refusal& refusal, const HttpRequest& request);
    // rate_limited when there were too many from the address.
    [[nodiscard]] Result<void> count_attempt(const HttpRequest& request);
    [[nodiscard]] Result<connection::Admission> admit(const UserId& user);
    // Where the rules say so, the user's oldest connections are closed for the one that is let in.
    void close_oldest(connection::Admission& admission);
    [[nodiscard]] HttpReply refused_upgrade(const Error& error, const HttpRequest& request);

    // --- ws_session.cpp
    Awaitable<void> serve_websocket(std::unique_ptr<Upgrade> upgrade);
    class FrameReader;
    [[nodiscard]] WebSocketTerms terms_of(const Upgrade& upgrade) const;
    // Registers the connection.
    void open(connection::Connection& connection, Upgrade& upgrade, EpochMs now);
    // Sends the first frame, where it is wanted, and begins the replays.
    Awaitable<void> greet(connection::Connection& connection, Upgrade& upgrade);
    void begin(connection::Connection& connection, const Upgrade& upgrade);
    // Until the connection may be read on: there is room for a publish, and it takes its answers.
    Awaitable<void> room(const connection::Connection& connection);
    [[nodiscard]] bool is_full(const connection::Connection& connection) const;
    void record_end(const connection::Connection& connection, SteadyTime opened_at);

    LoopServices& services_;
    BodyMemory& body_memory_;
    YieldOrder& yield_order_;
    OpenSockets::Place place_;
    // The TCP peer's; a trusted proxy names others, with each request.
    std::string peer_address_;
    WebSocketStream websocket_;
    std::optional<connection::Liveness> liveness_;
    // While it is registered.
    connection::Connection* connection_ = nullptr;
    // Since when something waits to be taken; the epoch: nothing does.
    SteadyTime stalled_since_{};
    // When the large message that is arriving must have arrived; nullopt: none is.
    std::optional<SteadyTime> message_due_;
    Phase phase_ = Phase::receiving;
    YieldOrder::Standing standing_ = YieldOrder::Standing::stranger;
};

using SessionList = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

}  // namespace notifyd::gateway
