// Sends one message to the connections of its topic on one loop: encodes it once, queues it on each.
// Flow:   lanes -> Processor -> ports::ConnectionSink of every member
// Owns:   nothing. Thread: one loop.
// Fails:  never as a whole; a connection whose outbox is full is closed (1013) and reads what it missed from history.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/observability/events.hpp"

#include <cstddef>

namespace notifyd::delivery {

class Processor {
  public:
    Processor(const connection::ConnectionRegistry& registry, const Clock& clock, observability::Events& events)
        : registry_(registry), clock_(clock), events_(events) {}

    // How many connections it was queued for.
    std::size_t process(const Delivery& delivery);

  private:
    const connection::ConnectionRegistry& registry_;
    const Clock& clock_;
    observability::Events& events_;
};

}  // namespace notifyd::delivery
