// Counts the frames in a client's byte stream that cost work and convey almost nothing: pings, pongs and small
// fragments of a message. Whole messages have limits of their own, and large fragments are bounded by the size of a
// message. Beast skips empty fragments silently, so this looks at the bytes themselves. Pure.
// Owns:   the position within a frame, and a bucket.
// Thread: one loop.
// Fails:  never; Beast detects invalid frames.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/core/rate_limiter.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace notifyd::gateway {

class FrameMeter {
  public:
    // Takes the next bytes of the stream. False: there are too many such frames.
    [[nodiscard]] bool take(std::span<const std::uint8_t> bytes, SteadyTime now) {
        std::size_t small = 0;
        while (!bytes.empty()) {
            if (payload_left_ != 0) {
                const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
                payload_left_ -= skipped;
                bytes = bytes.subspan(skipped);
                continue;
            }
            if (take_header_byte(bytes.front())) small += is_small() ? 1 : 0;
            bytes = bytes.subspan(1);
        }
        for (; small != 0; --small) {
            if (!bucket_.take(now, {limits::small_frames_per_second, limits::small_frames_burst})) return false;
        }
        return true;
    }

  private:
    static constexpr std::uint8_t opcode_mask = 0x0F;
    static constexpr std::uint8_t first_control = 0x8;
    static constexpr std::uint8_t fin_bit = 0x80;
    static constexpr std::uint8_t mask_bit = 0x80;
    static constexpr std::uint8_t length_mask = 0x7F;
    static constexpr std::uint8_t mask_bytes = 4;

    // Returns true when the header (RFC 6455 §5.2) is complete.
    bool take_header_byte(std::uint8_t byte) {
        if (header_taken_ == 0) {
            first_ = byte;
        } else if (header_taken_ == 1) {
            const auto length = static_cast<std::uint8_t>(byte & length_mask);
            length_ = length;
            length_bytes_ = length == 126 ? 2 : length == 127 ? 8 : 0;
            if (length_bytes_ != 0) length_ = 0;
            header_bytes_ = static_cast<std::uint8_t>(2 + length_bytes_ + ((byte & mask_bit) != 0 ? mask_bytes : 0));
        } else if (header_taken_ < 2 + length_bytes_) {
            length_ = length_ << 8U | byte;
        }
        ++header_taken_;
        if (header_taken_ < 2 || header_taken_ < header_bytes_) return false;
        header_taken_ = 0;
        payload_left_ = length_;
        return true;
    }

    [[nodiscard]] bool is_small() const {
        const auto opcode = static_cast<std::uint8_t>(first_ & opcode_mask);
        if (opcode >= first_control) return true;
        // There are as many first and last fragments as messages, which have a limit of their own.
        const bool between = opcode == 0 && (first_ & fin_bit) == 0;
        return between && length_ < limits::small_piece_bytes;
    }

    std::uint64_t payload_left_ = 0;
    std::uint64_t length_ = 0;
    TokenBucket bucket_;
    std::uint8_t first_ = 0;
    std::uint8_t header_taken_ = 0;
    std::uint8_t header_bytes_ = 0;
    std::uint8_t length_bytes_ = 0;
};

}  // namespace notifyd::gateway
