// One client's stream, whatever it is used for: its deadline, whether the client reads what is sent to it, and its
// place among the open sockets, which an HTTP connection may have to give up to a newcomer.
// Owns:   the stream and the place.
// Thread: one loop.
#pragma once

#include "notifyd/gateway/session_services.hpp"

#include "accept/open_sockets.hpp"
#include "accept/yield_order.hpp"
#include "websocket/websocket_stream.hpp"

#include <optional>
#include <string>

namespace notifyd::gateway {

class BodyMemory;
class EnvelopeRouter;
class Router;

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
    const EnvelopeRouter& envelopes;
    Flusher& flusher;
    BodyMemory& body_memory;
    YieldOrder& yield_order;
};

class ClientStream final : private YieldOrder::Entry {
  public:
    ClientStream(Arrival arrival, SSL_CTX* tls, const SessionGround& ground);
    ClientStream(const ClientStream&) = delete;
    ClientStream& operator=(const ClientStream&) = delete;
    ~ClientStream();

    [[nodiscard]] CorkedStream& stream() { return websocket_.next_layer(); }
    [[nodiscard]] const CorkedStream& stream() const { return websocket_.next_layer(); }
    // Beast's layer above the stream, unused before an upgrade.
    [[nodiscard]] WebSocketStream& websocket() { return websocket_; }
    // The TCP peer's; behind a trusted proxy, each request reports its own.
    [[nodiscard]] const std::string& peer_address() const { return peer_address_; }
    [[nodiscard]] OpenSockets::Place& place() { return place_; }

    // --- The deadline, after which the sweep ends the stream. A new one clears is_late().
    // Zero: none.
    void expire_in(Milliseconds timeout);
    void expire_at(SteadyTime time);
    // What is being received did not arrive in time: ends the read, so that its coroutine can still answer, and closes
    // the stream if that takes long, or if this is the second time.
    void interrupt(SteadyTime now);
    [[nodiscard]] bool is_late() const { return late_; }

    // --- What is waiting for the client to read it:
    struct Backlog {
        // The client has read some of it since the last call.
        bool progressed = false;
        // For how long it has read none of it; zero if nothing is waiting.
        SteadyTime::duration stalled_for{};
    };
    [[nodiscard]] Backlog look_at_backlog(SteadyTime now);
    // Closes the stream if a reply has not been read for too long, because it holds memory.
    void abort_unread(SteadyTime now);

    // --- Giving way to newcomers when all sockets are taken (see YieldOrder):
    // From now on the socket may be given to a newcomer, until keep().
    void stand_by();
    void keep() { yield_order_.leave(*this); }
    // The client has shown a valid token.
    void set_known() { standing_ = YieldOrder::Standing::known; }
    [[nodiscard]] bool is_known() const { return standing_ == YieldOrder::Standing::known; }

  private:
    // --- YieldOrder::Entry
    [[nodiscard]] bool can_give_way() const override;
    void give_way() override;

    const LoopContext& context_;
    YieldOrder& yield_order_;
    OpenSockets::Place place_;
    std::string peer_address_;
    WebSocketStream websocket_;
    // Since when the client has not read what is waiting for it; the epoch if nothing is.
    SteadyTime stalled_since_{};
    bool late_ = false;
    YieldOrder::Standing standing_ = YieldOrder::Standing::stranger;
};

}  // namespace notifyd::gateway
