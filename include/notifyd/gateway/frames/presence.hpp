// `presence:subscribe`, `presence:unsubscribe` and `presence:update`: who else is there, and how available the user is
// (docs/protocol.md#presence).
#pragma once

#include "notifyd/gateway/envelope_route.hpp"
#include "notifyd/presence/watchers.hpp"

#include <span>

namespace notifyd::gateway {

class PresenceFrames {
  public:
    // nullptr: presence is disabled.
    struct Services {
        ports::PresenceBoard* board = nullptr;
        presence::Watchers* watchers = nullptr;
    };
    PresenceFrames(const LoopConnections& services, const Services& presence)
        : services_(services), board_(presence.board), watchers_(presence.watchers) {}

    [[nodiscard]] static std::span<const EnvelopeRoute<PresenceFrames>> routes();

  private:
    void subscribe(const EnvelopeCall& call);
    void unsubscribe(const EnvelopeCall& call);
    void update(const EnvelopeCall& call);
    // Whether presence is enabled; answers if it is not.
    [[nodiscard]] bool is_enabled(const EnvelopeCall& call) const;

    const LoopConnections& services_;
    ports::PresenceBoard* board_;
    presence::Watchers* watchers_;
};

}  // namespace notifyd::gateway
