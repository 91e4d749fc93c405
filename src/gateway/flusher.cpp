// One flush a stream and turn.
#include "flusher.hpp"

#include <algorithm>

#include "corked_stream.hpp"

namespace notifyd::gateway {

void Flusher::remove(const CorkedStream& stream) {
    std::erase(dirty_, &stream);
    std::replace(flushing_.begin(), flushing_.end(), const_cast<CorkedStream*>(&stream), static_cast<CorkedStream*>(nullptr));
}

bool Flusher::turn_ended() {
    flushing_.swap(dirty_);
    for (std::size_t i = 0; i < flushing_.size(); ++i) {
        CorkedStream* stream = flushing_[i];
        if (stream == nullptr) continue;
        stream->set_clean();
        stream->flush();
    }
    flushing_.clear();
    return !dirty_.empty();
}

}  // namespace notifyd::gateway
