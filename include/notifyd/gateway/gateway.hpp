// The server's listening sockets, and on every loop the sessions that come through them.
// Flow:   socket -> LoopGateway -> Session -> endpoints and frame dispatch
// Owns:   listeners, the TLS contexts, each loop's sessions.
// Thread: SharedGateway on the main thread; a LoopGateway's start, take_over and drain on its loop.
// Fails:  open and renew_certificate with a message for the operator.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/gateway/frame_resources.hpp"
#include "notifyd/gateway/resources.hpp"
#include "notifyd/gateway/session_services.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace notifyd::gateway {

// How often session tickets get a new key. A ticket is accepted for at least this long and at most twice that, so that
// a key is gone within a day.
inline constexpr std::chrono::hours tls_session_key_interval{12};

// Whether certificate and key can be used; always, without TLS. An error is a message for the operator.
[[nodiscard]] Result<void> check_certificate(const config::Tls& tls);

// Whether a Unix socket can be created at the address; other addresses are not known to work before they are bound.
[[nodiscard]] Result<void> check_listen(const config::Endpoint& endpoint);

// What all loops share: opened once, before any loop runs. Whatever is renewed later waits here until every loop has
// called take_over(); only then may anything be renewed again.
class SharedGateway {
  public:
    [[nodiscard]] static Result<std::unique_ptr<SharedGateway>> open(const config::Config& config, std::size_t loops);
    ~SharedGateway();
    SharedGateway(const SharedGateway&) = delete;
    SharedGateway& operator=(const SharedGateway&) = delete;

    // "127.0.0.1:8443", with the real port.
    [[nodiscard]] std::string address() const;
    // A warning for the operator about the limit on open files; may be empty.
    [[nodiscard]] const std::string& warning() const;

    // Reads certificate and key again. Refuses files that do not work, and a certificate that is not valid `now` if the
    // present one is; then nothing has changed.
    [[nodiscard]] Result<void> renew_certificate(const config::Tls& tls, EpochMs now);
    // Makes a new key for session tickets; tickets of the previous key still resume.
    void renew_tls_session_key();
    // nullopt without TLS.
    [[nodiscard]] std::optional<EpochMs> certificate_until() const;
    // Applies these limits to what all loops share: sockets and the memory of request bodies.
    void use(const config::Limits& limits);

  private:
    friend class LoopGateway;
    struct Parts;
    explicit SharedGateway(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

class LoopGateway {
  public:
    // `services` and `shared` outlive it. Destroyed after the loop's run() has returned.
    LoopGateway(const SessionServices& services,
                Resources resources,
                FrameResources frame_resources,
                SharedGateway& shared);
    ~LoopGateway();
    LoopGateway(const LoopGateway&) = delete;
    LoopGateway& operator=(const LoopGateway&) = delete;

    // Begins to accept. The flush of sockets becomes the loop's last turn hook, so others must register theirs before.
    void start();
    // Uses what SharedGateway has renewed for handshakes from now on.
    void take_over();
    // The drain has two steps, so that every message that a publisher was acknowledged is delivered by every loop
    // before that loop closes its sockets. Each step calls `done` on the loop.
    // First, on all loops: accepts no new connections or publishes; done when those in flight are answered.
    void quiesce(UniqueFunction<void()> done);
    // Then: delivers what waits and closes WebSockets with 1012, spread over time; done when every session has ended.
    // Shortly before server.drain_timeout is over, remaining sessions are aborted.
    void drain(UniqueFunction<void()> done);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace notifyd::gateway
