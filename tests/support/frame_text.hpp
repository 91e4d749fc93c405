// The text inside an encoded server frame.
#pragma once

#include "notifyd/core/frame.hpp"

#include <cstddef>
#include <string>

namespace notifyd::testing {

// The payload of one unfragmented, unmasked frame; empty if the bytes are not exactly that.
inline std::string frame_text(const FramePtr& frame) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(frame->data()[i]); };
    if (frame->size() < 2) return {};
    std::size_t length = byte(1);
    std::size_t header = 2;
    if (length >= 126) {
        const std::size_t length_bytes = length == 126 ? 2 : 8;
        header += length_bytes;
        if (frame->size() < header) return {};
        length = 0;
        for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8U | byte(2 + i);
    }
    if (frame->size() != header + length) return {};
    return std::string(frame->view().substr(header));
}

}  // namespace notifyd::testing
