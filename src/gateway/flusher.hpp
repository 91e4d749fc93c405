// The streams of one loop that got something to send this turn, written once each at its end.
// Owns:   the list; streams take themselves off it when they go.
// Thread: one loop. Fails: never.
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
