// Takes the messages that a recipient could not be given, for the operator (docs/protocol.md#slow-clients).
// Owns:   nothing. Thread: one loop.
// Fails:  never visibly: a letter that finds no room is dropped, which is an event.
#pragma once

#include "notifyd/core/dead_letter.hpp"

namespace notifyd::ports {

class DeadLetterSink {
  public:
    virtual ~DeadLetterSink() = default;

    // Queued, and not answered. Dropping one is acceptable: the message itself is in the history, and a client that
    // cannot be served must not be able to stop the others.
    virtual void add(DeadLetter letter) = 0;
};

}  // namespace notifyd::ports
