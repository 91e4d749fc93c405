// Extracts the texts from encoded server frames.
#pragma once

#include "notifyd/core/frame.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::testing {

// The payloads of consecutive unfragmented, unmasked frames; none if the bytes are anything else.
inline std::vector<std::string> frame_texts(const FramePtr& frames) {
    std::vector<std::string> texts;
    std::string_view rest = frames->view();
    while (!rest.empty()) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
        if (rest.size() < 2) return {};
        std::size_t length = byte(1);
        std::size_t header = 2;
        if (length >= 126) {
            const std::size_t length_bytes = length == 126 ? 2 : 8;
            header += length_bytes;
            if (rest.size() < header) return {};
            length = 0;
            for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8U | byte(2 + i);
        }
        if (rest.size() < header + length) return {};
        texts.emplace_back(rest.substr(header, length));
        rest.remove_prefix(header + length);
    }
    return texts;
}

// The payload of one such frame; empty if the bytes are anything else.
inline std::string frame_text(const FramePtr& frame) {
    const std::vector<std::string> texts = frame_texts(frame);
    return texts.size() == 1 ? texts.front() : std::string();
}

}  // namespace notifyd::testing
