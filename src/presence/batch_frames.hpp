// A batch as frames, each encoded once for all connections that get it.
// Thread: one loop.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/frame.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/presence.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace notifyd::presence {

class BatchFrames {
  public:
    // All outlive it.
    BatchFrames(const PresenceBatch& batch, IdSource& ids, EpochMs now) : batch_(batch), ids_(ids), now_(now) {}

    // What a connection that knows this revision has to learn; nullptr: nothing.
    [[nodiscard]] FramePtr after(std::uint64_t known);

  private:
    [[nodiscard]] FramePtr encode(std::size_t first) const;

    const PresenceBatch& batch_;
    IdSource& ids_;
    EpochMs now_;
    // By the first change in them. Nearly all connections get all changes.
    std::map<std::size_t, FramePtr> frames_;
};

}  // namespace notifyd::presence
