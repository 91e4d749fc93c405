// Takes the messages that could not be delivered to a recipient, for the operator (docs/protocol.md#slow-clients).
// Thread: one loop.
// Fails:  never visibly: a letter that finds no room is dropped, which is logged as an event.
#pragma once

#include "notifyd/core/dead_letter.hpp"

namespace notifyd::ports {

class DeadLetterSink {
  public:
    virtual ~DeadLetterSink() = default;

    // Queued without an answer. Dropping one is acceptable: the message itself is in the history, and a client that
    // cannot be served must not hold up the others.
    virtual void add(DeadLetter letter) = 0;
};

}  // namespace notifyd::ports
