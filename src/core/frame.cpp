// Copies plain bytes into a frame.
#include "notifyd/core/frame.hpp"

#include <cstring>

namespace notifyd {

FramePtr make_frame(std::string_view bytes) {
    auto frame = Frame::make(bytes.size());
    if (!bytes.empty()) std::memcpy(frame->bytes(), bytes.data(), bytes.size());
    return frame;
}

}  // namespace notifyd
