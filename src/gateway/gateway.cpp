// Accepting, sweeping and draining the sessions of one loop.
#include "notifyd/gateway/gateway.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/runtime/spawner.hpp"

#include "accept/client_address.hpp"
#include "accept/listener.hpp"
#include "accept/open_sockets.hpp"
#include "accept/yield_order.hpp"
#include "http/body_memory.hpp"
#include "http/router.hpp"
#include "session.hpp"
#include "tls/tls_context.hpp"
#include "tls/tls_session_keys.hpp"
#include "websocket/envelope_router.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/resource.h>

namespace notifyd::gateway {

namespace {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, runtime::Executor>;
using Timer = asio::
    basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, runtime::Executor>;

// If accepting fails (no descriptors left), the loop must not spin.
constexpr std::chrono::milliseconds accept_pause{100};
// How often other connections may take the room made for a newcomer.
constexpr std::size_t room_tries_max = 8;
// Sockets in addition to max_connections, so that clients over the limit get an answer and HTTP requests get through.
constexpr std::size_t spare_sockets = 1024;
// Descriptors that sockets never use, so that the database, the log and the key endpoint always have theirs.
constexpr std::size_t reserved_files = 64;
constexpr std::size_t reserved_files_per_loop = 4;
constexpr std::size_t sockets_min = 16;
// The drain closes this many WebSockets per loop, then pauses, so that their clients do not all return at once.
constexpr std::size_t closes_per_slice = 500;
constexpr std::chrono::milliseconds slice_pause{50};
constexpr std::chrono::milliseconds settle_pause{5};
// Aborted sessions end within the next turns.
constexpr std::chrono::milliseconds abort_pause{500};

std::string address_text(const Socket& socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (error) return "unknown";
    const auto* address = static_cast<const sockaddr*>(static_cast<const void*>(endpoint.data()));
    const void* bytes = nullptr;
    if (address->sa_family == AF_INET) {
        bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    } else if (address->sa_family == AF_INET6) {
        bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    }
    if (bytes == nullptr) return std::string(unix_peer);
    return plain_address(inet_ntop(address->sa_family, bytes, text.data(), text.size()));
}

// Raises the limit on descriptors to the maximum that the process may have.
std::size_t raise_file_limit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return sockets_min;
    files.rlim_cur = files.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0) ::getrlimit(RLIMIT_NOFILE, &files);
    return files.rlim_cur;
}

}  // namespace

struct SharedGateway::Parts {
    Listeners listeners;
    // New contexts that a loop has not taken over yet; null if there are none.
    TlsContexts tls;
    TlsSessionKey tls_session_key = TlsSessionKey::random();
    OpenSockets sockets;
    BodyMemory body_memory;
    // The HTTP connections of every loop that may give way; complete before any loop runs.
    struct Idle {
        runtime::EventLoop* loop;
        YieldOrder* order;
    };
    std::vector<Idle> idle;
    // How many sockets the limit on open files leaves room for.
    std::size_t sockets_possible = 0;
    std::string warning;
};

SharedGateway::SharedGateway(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SharedGateway::~SharedGateway() {
    if (parts_->listeners.endpoint.is_unix()) ::unlink(parts_->listeners.endpoint.unix_path.c_str());
}

Result<std::unique_ptr<SharedGateway>> SharedGateway::open(const config::Config& config, std::size_t loops) {
    auto parts = std::make_unique<Parts>();
    Result<TlsContexts> tls = make_tls_contexts(config.tls, loops);
    if (!tls) return tls.error();
    parts->tls = std::move(*tls);
    Result<Listeners> listeners = open_listeners(config.server.listen, config.server.socket_mode, loops);
    if (!listeners) return listeners.error();
    parts->listeners = std::move(*listeners);
    const std::size_t files = raise_file_limit();
    const std::size_t reserved = reserved_files + reserved_files_per_loop * loops;
    const std::size_t possible = files > reserved + sockets_min ? files - reserved : sockets_min;
    parts->sockets_possible = possible;
    if (possible < config.limits.max_connections) {
        parts->warning = "A limit of " + std::to_string(files) + " open files leaves room for " +
                         std::to_string(possible) + " sockets, less than limits.max_connections";
    }
    std::unique_ptr<SharedGateway> shared(new SharedGateway(std::move(parts)));
    shared->use(config.limits);
    return shared;
}

void SharedGateway::use(const config::Limits& limits) {
    const std::size_t connections = limits.max_connections;
    const std::size_t wanted = connections == 0 ? config::unless_off(0) : connections + spare_sockets;
    parts_->sockets.set_max(std::min(wanted, parts_->sockets_possible));
    parts_->body_memory.set_limits(limits.body_memory, limits.body_memory_per_user);
}

Result<void> SharedGateway::renew_certificate(const config::Tls& tls, EpochMs now) {
    Result<TlsContexts> renewed = make_tls_contexts(tls, parts_->tls.contexts.size());
    if (!renewed) return renewed.error();
    if (!renewed->is_valid_at(now) && parts_->tls.is_valid_at(now)) {
        const bool over = renewed->certificate_until <= now;
        return Error{Errc::invalid_request,
                     "The certificate " + tls.certificate.string() + (over ? " has expired" : " is not valid yet")};
    }
    parts_->tls = std::move(*renewed);
    return {};
}

void SharedGateway::renew_tls_session_key() {
    parts_->tls_session_key = TlsSessionKey::random();
}

std::optional<EpochMs> SharedGateway::certificate_until() const {
    if (parts_->tls.certificate_until == 0) return std::nullopt;
    return parts_->tls.certificate_until;
}

std::string SharedGateway::address() const {
    return config::to_string(parts_->listeners.endpoint);
}

const std::string& SharedGateway::warning() const {
    return parts_->warning;
}

class LoopGateway::Impl {
  public:
    Impl(const SessionServices& services,
         Resources resources,
         FrameResources frame_resources,
         SharedGateway::Parts& shared)
        : services_(services),
          shared_(shared),
          resources_(std::move(resources)),
          router_(resources_),
          frame_resources_(std::move(frame_resources)),
          envelopes_(frame_resources_),
          tls_session_keys_(shared.tls_session_key),
          tasks_(services.loop),
          ground_{services, router_, envelopes_, flusher_, shared.body_memory, yield_order_},
          acceptor_(services.loop.executor()),
          sweep_timer_(services.loop.executor()) {
        shared.idle.push_back({&services.loop, &yield_order_});
        take_over();
    }

    void start();
    void take_over();
    void quiesce(UniqueFunction<void()> done) { tasks_.spawn(quiesce_task(std::move(done))); }
    void drain(UniqueFunction<void()> done) { tasks_.spawn(drain_task(std::move(done))); }

  private:
    Awaitable<void> accept_loop();
    Awaitable<void> sweep_loop();
    Awaitable<void> quiesce_task(UniqueFunction<void()> done);
    Awaitable<void> drain_task(UniqueFunction<void()> done);
    // Waits while `busy()`, but not beyond the end of the drain.
    template <class Busy>
    Awaitable<void> wait_while(Busy busy);
    Awaitable<void> pause(std::chrono::milliseconds time);
    // The key under which the TCP peer's open sockets are counted.
    [[nodiscard]] std::string socket_key(const std::string& address) const;
    // A place for the socket, given up by another connection if necessary.
    Awaitable<OpenSockets::Place> find_place(const std::string& key);
    // Closes the HTTP connection that has been idle longest, on whichever loop it is. False if there is none.
    Awaitable<bool> make_room();
    Awaitable<void> serve(Arrival arrival);

    const SessionServices& services_;
    SharedGateway::Parts& shared_;
    // Declared before the sessions, which use them until they end.
    Resources resources_;
    Router router_;
    FrameResources frame_resources_;
    EnvelopeRouter envelopes_;
    TlsSessionKeys tls_session_keys_;
    YieldOrder yield_order_;
    SslContext tls_;
    runtime::Spawner tasks_;
    Flusher flusher_;
    const SessionGround ground_;
    Acceptor acceptor_;
    Timer sweep_timer_;
    SessionList sessions_;
    bool stopping_ = false;
    SteadyTime drain_until_;
};

void LoopGateway::Impl::start() {
    services_.loop.add_turn_hook(flusher_);
    ListenSocket& mine = shared_.listeners.sockets[services_.loop.index()];
    acceptor_.assign(asio::generic::stream_protocol(shared_.listeners.family, 0), mine.release());
    tasks_.spawn(accept_loop());
    tasks_.spawn(sweep_loop());
}

void LoopGateway::Impl::take_over() {
    if (shared_.tls_session_key.name != tls_session_keys_.current().name) {
        tls_session_keys_.rotate(shared_.tls_session_key);
    }
    SslContext& renewed = shared_.tls.contexts[services_.loop.index()];
    if (!renewed) return;
    TlsSessionKeys::serve(renewed.get(), &tls_session_keys_);
    tls_ = std::move(renewed);
}

Awaitable<void> LoopGateway::Impl::pause(std::chrono::milliseconds time) {
    Timer timer(services_.loop.executor(), time);
    co_await timer.async_wait(use_tuple);
}

Awaitable<void> LoopGateway::Impl::accept_loop() {
    while (!stopping_) {
        auto [error, socket] = co_await acceptor_.async_accept(use_tuple);
        if (stopping_) break;
        if (error) {
            services_.events.emit(observability::AcceptFailed{error.message()});
            const bool no_descriptor =
                error == asio::error::no_descriptors || error == boost::system::errc::too_many_files_open_in_system;
            bool has_room = false;
            if (no_descriptor) has_room = co_await make_room();
            if (!has_room) co_await pause(accept_pause);
            continue;
        }
        std::string address = address_text(socket);
        const std::string key = socket_key(address);
        OpenSockets::Place place = co_await find_place(key);
        if (stopping_) break;
        if (!place.is_taken()) {
            services_.events.emit(observability::AcceptRefused{place.refusal(), address});
            continue;
        }
        Arrival arrival{std::move(socket), std::move(address), std::move(place)};
        tasks_.spawn(serve(std::move(arrival)));
    }
}

Awaitable<OpenSockets::Place> LoopGateway::Impl::find_place(const std::string& key) {
    for (std::size_t tries = 0;; ++tries) {
        OpenSockets::Place place = shared_.sockets.take(key);
        if (!place.is_server_full() || tries == room_tries_max || stopping_) co_return place;
        const bool has_room = co_await make_room();
        if (!has_room) co_return place;
    }
}

Awaitable<bool> LoopGateway::Impl::make_room() {
    using Standing = YieldOrder::Standing;
    std::optional<SharedGateway::Parts::Idle> chosen;
    for (const Standing standing : {Standing::stranger, Standing::known}) {
        std::optional<SteadyTime> longest;
        for (const SharedGateway::Parts::Idle& idle : shared_.idle) {
            const std::optional<SteadyTime> since = idle.order->longest_since(standing);
            if (!since || (longest && *longest <= *since)) continue;
            longest = since;
            chosen = idle;
        }
        if (chosen) break;
    }
    if (!chosen) co_return false;
    if (chosen->loop == &services_.loop) co_return yield_order_.give_way();
    runtime::OneShot<bool> answer(services_.loop.executor());
    auto ask = [order = chosen->order, home = &services_.loop, &answer] {
        const bool gave_way = order->give_way();
        // This fails if the home loop has stopped; then nobody is waiting.
        static_cast<void>(home->post_control([&answer, gave_way] { answer.set(gave_way); }));
    };
    if (!chosen->loop->post_control(std::move(ask))) co_return false;
    const bool gave_way = co_await answer.wait();
    co_return gave_way;
}

std::string LoopGateway::Impl::socket_key(const std::string& address) const {
    // A proxy has many clients behind it; and where attempts are not counted by address, neither are sockets.
    const bool counted = services_.config.limits.connects_per_minute_per_ip != 0 && address != unix_peer &&
                         !is_trusted(address, services_.config.server.trusted_proxies);
    return counted ? limit_key(address) : std::string();
}

Awaitable<void> LoopGateway::Impl::serve(Arrival arrival) {
    Session session(std::move(arrival), tls_.get(), ground_);
    sessions_.push_back(session);
    co_await session.run();
}

Awaitable<void> LoopGateway::Impl::sweep_loop() {
    while (!stopping_ || !sessions_.empty()) {
        sweep_timer_.expires_after(limits::sweep_interval);
        co_await sweep_timer_.async_wait(use_tuple);
        const SteadyTime now = services_.clock.steady_now();
        for (Session& session : sessions_) session.sweep(now);
    }
}

template <class Busy>
Awaitable<void> LoopGateway::Impl::wait_while(Busy busy) {
    while (busy() && services_.clock.steady_now() < drain_until_) co_await pause(settle_pause);
}

Awaitable<void> LoopGateway::Impl::quiesce_task(UniqueFunction<void()> done) {
    const Milliseconds timeout = services_.config.server.drain_timeout;
    drain_until_ = services_.clock.steady_now() + std::max(timeout - limits::drain_reserve, timeout / 2);
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    services_.publisher.close();
    const auto answering = [this] { return services_.publisher.in_flight() != 0; };
    co_await wait_while(answering);
    done();
}

Awaitable<void> LoopGateway::Impl::drain_task(UniqueFunction<void()> done) {
    const auto delivering = [this] { return services_.delivery.depth() != 0; };
    co_await wait_while(delivering);
    // Sessions leave the list only in later turns, including the pauses, so each slice starts at the front. Once time
    // is up, the rest is one slice: without a close frame, clients would not learn that they should return.
    for (bool more = true; more;) {
        const bool in_time = services_.clock.steady_now() < drain_until_;
        std::size_t closed = 0;
        for (auto session = sessions_.begin(); session != sessions_.end(); ++session) {
            if (in_time && closed == closes_per_slice) break;
            if (session->drain() == Drained::now) ++closed;
        }
        more = in_time && closed == closes_per_slice;
        if (more) co_await pause(slice_pause);
    }
    const auto serving = [this] { return !sessions_.empty(); };
    // At least long enough for the close frames to leave.
    drain_until_ = std::max(drain_until_, services_.clock.steady_now() + abort_pause);
    co_await wait_while(serving);
    for (Session& session : sessions_) session.abort();
    // Requests that are still waiting for the storage are answered, to nobody, when it stops.
    drain_until_ = services_.clock.steady_now() + abort_pause;
    co_await wait_while(serving);
    sweep_timer_.cancel();
    done();
}

LoopGateway::LoopGateway(const SessionServices& services,
                         Resources resources,
                         FrameResources frame_resources,
                         SharedGateway& shared)
    : impl_(std::make_unique<Impl>(services, std::move(resources), std::move(frame_resources), *shared.parts_)) {}
LoopGateway::~LoopGateway() = default;
void LoopGateway::start() {
    impl_->start();
}
void LoopGateway::take_over() {
    impl_->take_over();
}
void LoopGateway::quiesce(UniqueFunction<void()> done) {
    impl_->quiesce(std::move(done));
}
void LoopGateway::drain(UniqueFunction<void()> done) {
    impl_->drain(std::move(done));
}

}  // namespace notifyd::gateway
