// Takes standard messages for immediate delivery, in parallel with storing them.
// Flow:   Publisher -> StandardQueue (the standard lane of every loop's delivery worker)
// Thread: one loop. Unbounded: check has_room first.
#pragma once

#include "notifyd/core/message.hpp"

namespace notifyd::ports {

class StandardQueue {
  public:
    virtual ~StandardQueue() = default;
    virtual void push(MessagePtr message) = 0;
    // Whether the lanes of all loops, of both types, are below their limits.
    [[nodiscard]] virtual bool has_room() const = 0;
};

}  // namespace notifyd::ports
