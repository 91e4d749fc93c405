// One client's socket from the TLS handshake to a quiet end. Lives in the frame of its coroutine; the gateway's list
// borrows it for sweeps and the drain.
// Flow:   listener -> Session -> HttpSession -> perhaps WebSocketSession
// Owns:   the stream, and the stage that it is in.
// Thread: one loop. Exceptions do not leave run(): whatever a peer does ends only its own session.
#pragma once

#include "client_stream.hpp"
#include "stage.hpp"

#include <boost/intrusive/list.hpp>

#include <memory>

namespace notifyd::gateway {

class Session : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  public:
    Session(Arrival arrival, SSL_CTX* tls, const SessionGround& ground)
        : ground_(ground), client_(std::move(arrival), tls, ground) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Awaitable<void> run();

    // Checks deadlines, pings and ages; called every limits::sweep_interval.
    void sweep(SteadyTime now);
    // The server is stopping: closes an idle HTTP connection now, a WebSocket with 1012; a request is answered first.
    Drained drain();
    // Ends at once.
    void abort() { client_.stream().abort(); }

  private:
    // Ends the present stage, if any, and begins the next one.
    template <class Next>
    Next& enter();

    const SessionGround& ground_;
    ClientStream client_;
    // Null during the TLS handshake and at the end.
    std::unique_ptr<Stage> stage_;
};

using SessionList = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

}  // namespace notifyd::gateway
