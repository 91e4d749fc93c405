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
#include "notifyd/wire/connect.hpp"

#include "body_memory.hpp"
#include "body_pace.hpp"
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
#include <span>
#include <string>
#include <vector>

namespace notifyd::gateway {

struct Route;
struct RouteMatch;

// Why a connect is not let in, and who it was, where known.
struct ConnectRefusal {
    Error error;
    std::string user{};
};
template <class T>
class [[nodiscard]] ConnectResult : public boost::system::result<T, ConnectRefusal> {
  public:
    using boost::system::result<T, ConnectRefusal>::result;
};

// What a connect asks for, and with which token.
struct ConnectDemand {
    std::string token;
    wire::ConnectQuery query;
    bool notifyd_v1 = false;
};

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
    void expire_at(SteadyTime time);
    // A deadline has passed: the socket is closed, at once or after an answer.
    void time_out(SteadyTime now);
    // Whether the peer has taken nothing for too long.
    [[nodiscard]] bool is_stalled(SteadyTime now, Milliseconds limit);
    void give_up();

    // --- http_session.cpp
    // Serves requests until the connection ends (nullptr) or is to become a WebSocket.
    Awaitable<std::unique_ptr<Upgrade>> serve_http();
    Awaitable<bool> await_request(boost::beast::flat_buffer& buffer);
    // False: the peer is gone, there is nobody to answer.
    Awaitable<bool> receive(boost::beast::flat_buffer& buffer);
    // False when it was refused or broken, and the connection must end; so with the others.
    Awaitable<bool> read_head(boost::beast::flat_buffer& buffer, RequestReader& reader);
    // What a large body pays with: there is one once its token has been checked.
    using Paid = std::optional<BodyMemory::Share>;
    // Its body stays in the socket.
    Awaitable<bool> check_token(const HttpRequest& request, const Route& route, Paid& paid);
    [[nodiscard]] bool check_encoding(const RequestReader& reader, const HttpRequest& request, const Route* route);
    Awaitable<bool> read_body(boost::beast::flat_buffer& buffer,
                              RequestReader& reader,
                              const HttpRequest& request,
                              const Route* route,
                              Paid& paid);
    [[nodiscard]] KeepAlive keep_alive_of(const RequestReader& reader) const;
    // For the next request; shorter for who has not shown a good token.
    void expire_idle();
    // Waits until the reply is (nearly) sent; whether the connection goes on.
    Awaitable<bool> settle(KeepAlive keep_alive);
    Awaitable<HttpReply> call(const Route& route, const HttpRequest& request);
    Awaitable<void> answer(const RequestReader& reader,
                           HttpRequest& request,
                           const RouteMatch& match,
                           KeepAlive keep_alive);
    void send_reply(const HttpReply& reply, const HttpRequest& request, KeepAlive keep_alive);
    [[nodiscard]] Result<HttpRequest> read_request(const RequestReader& reader);
    [[nodiscard]] std::string correlation_id_of(const HeadFields& fields);
    [[nodiscard]] std::string client_address_of(const HeadFields& fields);
    [[nodiscard]] std::string_view allow_origin(std::string_view origin) const;
    [[nodiscard]] HttpReply preflight_reply(const HttpRequest& request, const RouteMatch& match) const;

    // --- refusals.cpp
    // Before an endpoint has seen the request: the answer, after which the connection must end, and its line in the
    // log.
    void refuse(HttpReply reply, const HttpRequest& request, const Route* route);
    void refuse(const Error& error, const HttpRequest& request, const Route* route = nullptr);
    // The same where there is no request yet: of a head that is not one, or is not whole.
    void refuse(const Error& error, const RequestReader& reader);
    void refuse_plain_http();
    // What did not arrive in time.
    [[nodiscard]] Error timeout_error(std::string_view what) const;
    void log_refusal(const HttpReply& reply, const HttpRequest& request, std::string_view route, std::string_view user);
    // What was answered by an endpoint.
    void log_answer(const HttpReply& reply, const HttpRequest& request, const Route* route, SteadyTime start);

    // Waits for a fetch of keys, for a token whose key is not among these: what follows decides by those that are there
    // then.
    Awaitable<void> await_key(std::string_view token, std::shared_ptr<const auth::KeySet> keys);

    // --- upgrade.cpp
    [[nodiscard]] bool is_upgrade_path(std::string_view path) const;
    // explain: everything is checked, nothing is used up, and the answer is a refusal in any case.
    enum class Purpose : bool { upgrade, explain };
    Awaitable<ConnectResult<std::unique_ptr<Upgrade>>> admit_upgrade(BeastRequest head,
                                                                     const HttpRequest& request,
                                                                     Purpose purpose);
    // For a plain GET.
    Awaitable<HttpReply> explain_connect(const BeastRequest& head, const HttpRequest& request);
    // A place, and one of the connects that the user has in a minute.
    [[nodiscard]] Result<connection::Admission> admit(const UserId& user);
    // Where the rules say so, the user's oldest connections are closed for the one that is let in.
    void close_oldest(connection::Admission& admission);
    [[nodiscard]] HttpReply refused_upgrade(const ConnectRefusal& refusal, const HttpRequest& request);

    // --- connect_check.cpp
    // Whatever can be refused without a look at the token; who is refused is looked up for the log.
    [[nodiscard]] ConnectResult<ConnectDemand> read_connect(const BeastRequest& head, const HttpRequest& request) const;
    // What remains to be refused with a good one, as far as it would be used up by the connect.
    [[nodiscard]] Result<void> check_room(const UserId& user) const;
    // A refused attempt counts; past the limit of its address it is rate_limited instead.
    [[nodiscard]] ConnectRefusal as_attempt(ConnectRefusal refusal, const HttpRequest& request, Purpose purpose);
    // Logs the reason.
    [[nodiscard]] ConnectRefusal auth_refusal(const auth::Refusal& refusal, const HttpRequest& request);

    // --- ws_session.cpp
    Awaitable<void> serve_websocket(std::unique_ptr<Upgrade> upgrade);
    class FrameReader;
    [[nodiscard]] WebSocketTerms terms_of(const Upgrade& upgrade) const;
    // Registers the connection.
    void open(connection::Connection& connection, Upgrade& upgrade, EpochMs now);
    // Sends the first frame, where it is wanted, and begins the replays.
    Awaitable<void> greet(connection::Connection& connection, Upgrade& upgrade);
    [[nodiscard]] FramePtr hello_of(const connection::Connection& connection,
                                    const Upgrade& upgrade,
                                    std::span<const TopicName> topics,
                                    std::span<const Sequence> positions) const;
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
    // Of the large message that is arriving; nullopt: none is.
    std::optional<BodyPace> message_pace_;
    Phase phase_ = Phase::receiving;
    // What is being received has not come in time; until the next deadline is set.
    bool timed_out_ = false;
    // X-Forwarded-For has been seen where it is not believed.
    bool forwarded_seen_ = false;
    YieldOrder::Standing standing_ = YieldOrder::Standing::stranger;
};

using SessionList = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

}  // namespace notifyd::gateway
