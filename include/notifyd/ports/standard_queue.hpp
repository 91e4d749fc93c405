// Where a standard message goes at once, while it is being stored.
// Flow:   Publisher -> StandardQueue (the standard lane of every loop's delivery worker)
// Owns:   what waits to be delivered. Thread: one loop. Fails: never; ask has_room first.
#pragma once

#include "notifyd/core/message.hpp"

namespace notifyd::ports {

class StandardQueue {
  public:
    virtual ~StandardQueue() = default;
    virtual void push(MessagePtr message) = 0;
    // Whether the lanes of all loops, of both types, are below their bound.
    [[nodiscard]] virtual bool has_room() const = 0;
};

}  // namespace notifyd::ports
