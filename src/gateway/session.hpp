// One client's socket: TLS handshake, HTTP requests, perhaps a WebSocket, and a quiet end. It lives in the frame of its
// coroutine; the gateway's list borrows it for sweeps and the drain.
// Flow:   listener -> Session -> router (HTTP) or FrameDispatch (WebSocket)
// Owns:   the stream.
// Thread: one loop. Exceptions do not leave run(): whatever a peer does ends only its own session.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/connection/connection_handler.hpp"
#include "notifyd/connection/connection_limits.hpp"
#include "notifyd/connection/liveness.hpp"
#include "notifyd/gateway/session_services.hpp"
#include "notifyd/wire/connect.hpp"

#include "accept/open_sockets.hpp"
#include "accept/yield_order.hpp"
#include "http/body_memory.hpp"
#include "http/body_pace.hpp"
#include "http/http_reply.hpp"
#include "http/http_request.hpp"
#include "http/request_reader.hpp"
#include "websocket/websocket_stream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace notifyd::gateway {

class Router;
struct Route;
struct RouteMatch;

// Why a connect is refused, and which user it was, if known.
struct ConnectRefusal {
    Error error;
    std::string user{};
    // For an attempt beyond the limit, which is answered as such: why it would have been refused otherwise.
    std::string_view attempt_reason{};
};
template <class T>
class [[nodiscard]] ConnectResult : public boost::system::result<T, ConnectRefusal> {
  public:
    using boost::system::result<T, ConnectRefusal>::result;
};

// What a connect asks for, and the token it came with.
struct ConnectDemand {
    std::string token;
    wire::ConnectQuery query;
    bool notifyd_v1 = false;
};

// An upgrade that will be answered with 101.
struct Upgrade {
    Upgrade(BeastRequest handshake, auth::ConnectGrant granted, connection::Admission place)
        : request(std::move(handshake)), grant(std::move(granted)), admission(std::move(place)) {}

    BeastRequest request;
    auth::ConnectGrant grant;
    connection::Admission admission;
    wire::Hello hello = wire::Hello::off;
    bool partial = false;
    ResumeRequest resume;
    // Topics that were revoked while the 101 was being sent.
    std::vector<TopicName> revoked;
    bool subprotocol = false;
    std::string correlation_id;
    connection::PeerInfo peer;
};

// An accepted socket, and its place among all open ones.
struct Arrival {
    Socket socket;
    std::string peer_address;
    OpenSockets::Place place;
};

// What all sessions of a loop share. Outlives them.
struct SessionGround {
    const SessionServices& services;
    const Router& router;
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

    // Checks deadlines, pings and ages; called every limits::sweep_interval.
    void sweep(SteadyTime now);
    // The server is stopping: closes an idle HTTP connection now, a WebSocket with 1012; a request is answered first.
    // `now` if this call closed it.
    enum class Drained : std::uint8_t { already, now };
    Drained drain();
    // Ends at once.
    void abort() { stream().abort(); }

  private:
    // --- YieldOrder::Entry
    [[nodiscard]] bool can_give_way() const override;
    void give_way() override;
    // From now on the socket may be given to a newcomer, until it leaves yield_order_.
    void stand_by();

    // What an HTTP connection is doing: waiting for a request, reading one, or answering it.
    enum class Phase : std::uint8_t { idle, receiving, answering };

    [[nodiscard]] CorkedStream& stream() { return websocket_.next_layer(); }
    [[nodiscard]] const CorkedStream& stream() const { return websocket_.next_layer(); }
    void expire_in(Milliseconds timeout);
    void expire_at(SteadyTime time);
    // A deadline has passed: closes the socket, at once or after an answer.
    void time_out(SteadyTime now);
    // Whether the peer has read nothing for too long.
    [[nodiscard]] bool is_stalled(SteadyTime now, Milliseconds limit);
    void give_up();

    // --- http_session.cpp
    // Serves requests until the connection ends (nullptr) or becomes a WebSocket.
    Awaitable<std::unique_ptr<Upgrade>> serve_http();
    Awaitable<bool> await_request(boost::beast::flat_buffer& buffer);
    // False if the peer is gone and there is nobody to answer.
    Awaitable<bool> receive(boost::beast::flat_buffer& buffer);
    // False if the request was refused or broke off and the connection must end; the same holds for the following
    // functions.
    Awaitable<bool> read_head(boost::beast::flat_buffer& buffer, RequestReader& reader);
    // The memory that a large body has reserved; present once its token has been verified.
    using Paid = std::optional<BodyMemory::Share>;
    // Who sent the request, or why its token was refused; nullopt until the token has been verified.
    using Caller = std::optional<auth::AuthResult<Identity>>;
    // Empty if it is not known.
    [[nodiscard]] static std::string_view user_of(const Caller& caller) {
        return caller && *caller ? std::string_view((*caller)->user.get()) : std::string_view();
    }
    [[nodiscard]] bool check_encoding(const RequestReader& reader,
                                      const HttpRequest& request,
                                      const Route* route,
                                      const Caller& caller);
    Awaitable<bool> read_body(boost::beast::flat_buffer& buffer,
                              RequestReader& reader,
                              const HttpRequest& request,
                              const Route* route,
                              const Caller& caller,
                              Paid& paid);
    [[nodiscard]] KeepAlive keep_alive_of(const RequestReader& reader) const;
    // Sets the deadline for the next request; it is shorter for a client that has not shown a valid token.
    void expire_idle();
    // Waits until nearly all of the reply has been sent. True if the connection goes on.
    Awaitable<bool> settle(KeepAlive keep_alive);
    // Calls the endpoint if the caller may use the route. Verifies the token first, unless that is done.
    Awaitable<HttpReply> call(const Route& route, const HttpRequest& request, Caller& caller);
    Awaitable<void> answer(const RequestReader& reader,
                           HttpRequest& request,
                           const RouteMatch& match,
                           Caller& caller,
                           KeepAlive keep_alive);
    void send_reply(const HttpReply& reply, const HttpRequest& request, KeepAlive keep_alive);
    [[nodiscard]] Result<HttpRequest> read_request(const RequestReader& reader);
    [[nodiscard]] std::string correlation_id_of(const HeadFields& fields);
    [[nodiscard]] std::string client_address_of(const HeadFields& fields);
    [[nodiscard]] std::string_view allow_origin(std::string_view origin) const;
    [[nodiscard]] HttpReply preflight_reply(const HttpRequest& request, const RouteMatch& match) const;

    // --- refusals.cpp
    // Answers a request that no endpoint has seen, and logs that. The connection must end with this answer.
    void refuse(HttpReply reply, const HttpRequest& request, const Route* route);
    void refuse(const Error& error,
                const HttpRequest& request,
                const Route* route = nullptr,
                const Caller& caller = std::nullopt);
    // The same before there is a request: the head is malformed or incomplete.
    void refuse(const Error& error, const RequestReader& reader);
    void refuse_plain_http();
    // The error for something that did not arrive in time.
    [[nodiscard]] Error timeout_error(std::string_view what) const;
    void log_refusal(const HttpReply& reply, const HttpRequest& request, std::string_view route, std::string_view user);
    // Logs the answer to a request that was read completely.
    void log_answer(
        const HttpReply& reply, const HttpRequest& request, const Route* route, const Caller& caller, SteadyTime start);

    // --- access.cpp
    // Verifies the token.
    void identify(const HttpRequest& request, Caller& caller);
    // Verifies a refused token again, with newer keys.
    Awaitable<void> identify_again(const HttpRequest& request, Caller& caller);
    // Verifies the token before a large body is read; the body stays in the socket.
    Awaitable<bool> identify_early(const HttpRequest& request, const Route& route, Caller& caller, Paid& paid);
    // The reply to a request whose token was refused, and its line in the log.
    [[nodiscard]] HttpReply refused_token(const auth::Refusal& refusal, const HttpRequest& request);
    // Whether the caller may use the route, as the route declares it.
    [[nodiscard]] Result<void> check_access(const Route& route, const Identity& caller) const;
    // Judges a refused token again for as long as newer keys may change the verdict.
    template <class Verdict, class Judge>
    Awaitable<void> judge_again(Verdict& verdict, Judge judge) {
        for (int waits = 0; waits < auth::KeySource::waits_max && !verdict; ++waits) {
            auto keys = services_.authorizer.keys_to_renew(verdict.error());
            if (keys == nullptr) co_return;
            co_await await_fetch(std::move(keys));
            verdict = judge();
        }
    }
    // Waits until a fetch of keys newer than these has ended.
    Awaitable<void> await_fetch(std::shared_ptr<const auth::KeySet> keys);

    // --- upgrade.cpp
    [[nodiscard]] bool is_upgrade_path(std::string_view path) const;
    // explain: everything is checked, nothing is used up, and the result is always a refusal.
    enum class Purpose : bool { upgrade, explain };
    Awaitable<ConnectResult<std::unique_ptr<Upgrade>>> admit_upgrade(BeastRequest head,
                                                                     const HttpRequest& request,
                                                                     Purpose purpose);
    // Answers a plain GET.
    Awaitable<HttpReply> explain_connect(const BeastRequest& head, const HttpRequest& request);
    // Takes a place, and one of the user's connects per minute.
    [[nodiscard]] Result<connection::Admission> admit(const UserId& user);
    // Closes the user's oldest connections to make room for this one, if the rules require it.
    void close_oldest(connection::Admission& admission);
    [[nodiscard]] HttpReply refused_upgrade(const ConnectRefusal& refusal, const HttpRequest& request);

    // --- connect_check.cpp
    // Refuses what can be refused without verifying the token, which is read only to name the user in the log.
    [[nodiscard]] ConnectResult<ConnectDemand> read_connect(const BeastRequest& head, const HttpRequest& request) const;
    // With a valid token: whether limits that a connect would use up have room, without using them up.
    [[nodiscard]] Result<void> check_room(const UserId& user) const;
    // Counts a refused attempt; beyond the limit of its address it becomes rate_limited.
    [[nodiscard]] ConnectRefusal as_attempt(ConnectRefusal refusal, const HttpRequest& request, Purpose purpose);
    // Logs the reason.
    [[nodiscard]] ConnectRefusal auth_refusal(const auth::Refusal& refusal, const HttpRequest& request);

    // --- ws_session.cpp
    Awaitable<void> serve_websocket(std::unique_ptr<Upgrade> upgrade);
    class FrameReader;
    [[nodiscard]] WebSocketTerms terms_of(const Upgrade& upgrade) const;
    // Registers the connection.
    void open(connection::Connection& connection, Upgrade& upgrade, EpochMs now);
    // Sends the first frame if the client wants it, and begins the replays.
    Awaitable<void> greet(connection::Connection& connection, Upgrade& upgrade);
    [[nodiscard]] FramePtr hello_of(const connection::Connection& connection,
                                    const Upgrade& upgrade,
                                    std::span<const TopicName> topics,
                                    std::span<const Sequence> positions) const;
    void begin(connection::Connection& connection, const Upgrade& upgrade);
    // Waits until the connection may be read again: there is room for a publish, and the client reads its answers.
    Awaitable<void> room(const connection::Connection& connection);
    [[nodiscard]] bool is_full(const connection::Connection& connection) const;
    void record_end(const connection::Connection& connection, SteadyTime opened_at);

    const SessionServices& services_;
    const Router& router_;
    BodyMemory& body_memory_;
    YieldOrder& yield_order_;
    OpenSockets::Place place_;
    // The TCP peer's address; behind a trusted proxy, each request reports its own.
    std::string peer_address_;
    WebSocketStream websocket_;
    std::optional<connection::Liveness> liveness_;
    // Set while the connection is registered.
    connection::Connection* connection_ = nullptr;
    // Since when the peer has not read what is waiting for it; the epoch if nothing is.
    SteadyTime stalled_since_{};
    // The pace of the large message that is arriving, if any.
    std::optional<BodyPace> message_pace_;
    Phase phase_ = Phase::receiving;
    // What is being received did not arrive in time; reset with the next deadline.
    bool timed_out_ = false;
    // X-Forwarded-For has been seen from a peer that is not a trusted proxy.
    bool forwarded_seen_ = false;
    YieldOrder::Standing standing_ = YieldOrder::Standing::stranger;
};

using SessionList = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

}  // namespace notifyd::gateway
