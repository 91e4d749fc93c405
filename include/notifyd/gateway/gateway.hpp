// The front of the server: its listening sockets, and on every loop the sessions that come through them.
// Flow:   socket -> LoopGateway -> Session -> endpoints and frame dispatch
// Owns:   listeners, the TLS context, each loop's sessions.
// Thread: Front at startup; a LoopGateway's start and drain on its loop.
// Fails:  open with a sentence for the operator.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/gateway/loop_services.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace notifyd::gateway {

// What all loops share: opened once, before any loop runs.
class Front {
  public:
    [[nodiscard]] static Result<std::unique_ptr<Front>> open(const config::Config& config, std::size_t loops);
    ~Front();
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    // "127.0.0.1:8443", with the real port.
    [[nodiscard]] std::string address() const;

  private:
    friend class LoopGateway;
    struct Parts;
    explicit Front(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

class LoopGateway {
  public:
    // `services` and `front` outlive it. Destroyed after the loop's run() has returned.
    LoopGateway(LoopServices& services, Front& front);
    ~LoopGateway();
    LoopGateway(const LoopGateway&) = delete;
    LoopGateway& operator=(const LoopGateway&) = delete;

    // Begins to accept. The flush of sockets becomes the loop's last turn hook, so others register theirs before.
    void start();
    // The drain has two steps, so that what one loop's publishers were told of is delivered by every loop before it
    // closes its sockets. Each calls `done` on the loop.
    // First, on all loops: no new connections and publishes; done when those in flight are answered.
    void quiesce(UniqueFunction<void()> done);
    // Then: delivers what waits, closes WebSockets with 1012, spread over time; done when every session has ended.
    // Shortly before server.drain_timeout is over, what is left is cut.
    void drain(UniqueFunction<void()> done);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace notifyd::gateway
