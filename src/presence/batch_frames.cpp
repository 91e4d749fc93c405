#include "batch_frames.hpp"

#include "notifyd/wire/presence.hpp"
#include "notifyd/wire/server_frames.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace notifyd::presence {

FramePtr BatchFrames::after(std::uint64_t known) {
    const auto first_new = std::ranges::upper_bound(batch_.changes, known, {}, &PresenceChange::revision);
    const auto first = static_cast<std::size_t>(first_new - batch_.changes.begin());
    if (first == batch_.changes.size() && !batch_.list && !batch_.count) return nullptr;
    FramePtr& frame = frames_[first];
    if (!frame) frame = encode(first);
    return frame;
}

FramePtr BatchFrames::encode(std::size_t first) const {
    if (!batch_.list) {
        const auto changes = std::span(batch_.changes).subspan(first);
        return wire::presence_changes(ids_, now_, batch_.topic, changes, batch_.count);
    }
    const wire::RawJson members = wire::presence_members(*batch_.list->members);
    return wire::presence_frame(wire::envelope_id(std::nullopt, ids_), now_, batch_.topic, members, batch_.list->count);
}

}  // namespace notifyd::presence
