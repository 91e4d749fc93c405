// `read`: how far a user has read in a topic (docs/protocol.md#read-positions).
#pragma once

#include "notifyd/gateway/envelope_route.hpp"
#include "notifyd/history/read_positions.hpp"

#include <span>

namespace notifyd::gateway {

class ReadPositionFrames {
  public:
    ReadPositionFrames(const LoopConnections& services, history::ReadPositions& positions)
        : services_(services), positions_(positions) {}

    [[nodiscard]] static std::span<const EnvelopeRoute<ReadPositionFrames>> routes();

  private:
    void read(const EnvelopeCall& call);

    const LoopConnections& services_;
    history::ReadPositions& positions_;
};

}  // namespace notifyd::gateway
