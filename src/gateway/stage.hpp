// What a client's stream is used for at the moment: HTTP, or, after an upgrade, a WebSocket. The session passes on the
// sweep and the drain to the stage that is running.
// Thread: one loop.
#pragma once

#include "notifyd/core/clock.hpp"

#include <cstdint>

namespace notifyd::gateway {

// Whether a drain closed a connection just now, or it is closing or will end by itself.
enum class Drained : std::uint8_t { already, now };

class Stage {
  public:
    Stage() = default;
    virtual ~Stage() = default;
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    // The stream's deadline has passed: closes it, at once or after an answer.
    virtual void time_out(SteadyTime now) = 0;
    // Called every limits::sweep_interval unless the deadline has passed.
    virtual void sweep(SteadyTime now) = 0;
    // The server is stopping. Called only while the stream is open and not closing.
    [[nodiscard]] virtual Drained drain() = 0;
};

}  // namespace notifyd::gateway
