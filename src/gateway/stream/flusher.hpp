// The streams of one loop with something to send, each flushed once at the end of the turn.
// Owns:   the list; streams remove themselves when they are destroyed.
// Thread: one loop.
#pragma once

#include "notifyd/runtime/event_loop.hpp"

#include <vector>

namespace notifyd::gateway {

class CorkedStream;

class Flusher final : public runtime::TurnHook {
  public:
    void add(CorkedStream& stream) { dirty_.push_back(&stream); }
    void remove(const CorkedStream& stream);
    [[nodiscard]] bool turn_ended() override;

  private:
    std::vector<CorkedStream*> dirty_;
    std::vector<CorkedStream*> flushing_;
};

}  // namespace notifyd::gateway
