// One flush per stream and turn.
#include "stream/flusher.hpp"

#include "stream/corked_stream.hpp"

namespace notifyd::gateway {

void Flusher::remove(const CorkedStream& stream) {
    std::erase(dirty_, &stream);
    for (CorkedStream*& flushing : flushing_) {
        if (flushing == &stream) flushing = nullptr;
    }
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
