// The publishes in flight of one publisher. One is in flight until all its receipts have come, and the oldest holds
// back the rest: so the window bounds what the server has to queue for any connection.
#pragma once

#include "time.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace notifyd::bench {

class Window {
  public:
    // `receipts` is the number of receivers, and of answers if they count, that end a publish.
    Window(std::size_t size, std::size_t receipts)
        : size_(size), receipts_(receipts), in_flight_(std::bit_ceil(size)) {}

    bool has_room() const { return next_ - oldest_ < size_; }
    bool is_empty() const { return next_ == oldest_; }
    // The number of publishes started so far, which is also the next one's stamp.
    std::uint64_t started() const { return next_; }

    // `sent_at` is where its latency is counted from.
    std::uint32_t start(Nanoseconds sent_at) {
        publish_of(next_) = {.sent_at = sent_at, .receipts_left = receipts_};
        return static_cast<std::uint32_t>(next_++);
    }

    bool contains(std::uint32_t stamp) const { return stamp >= oldest_ && stamp < next_; }
    // Both for a stamp that the window contains.
    Nanoseconds sent_at(std::uint32_t stamp) const { return in_flight_[stamp & (in_flight_.size() - 1)].sent_at; }
    // Returns how many publishes left the window by this receipt.
    std::size_t receive(std::uint32_t stamp) {
        if (--publish_of(stamp).receipts_left != 0) [[likely]] {
            return 0;
        }
        const std::uint64_t oldest_before = oldest_;
        while (oldest_ < next_ && publish_of(oldest_).receipts_left == 0) {
            ++oldest_;
        }
        return oldest_ - oldest_before;
    }

  private:
    struct Publish {
        Nanoseconds sent_at = 0;
        std::size_t receipts_left = 0;
    };

    // A power of two of places, as a division costs more than the rest of a receipt.
    Publish& publish_of(std::uint64_t stamp) { return in_flight_[stamp & (in_flight_.size() - 1)]; }

    std::size_t size_;
    std::size_t receipts_;
    std::uint64_t oldest_ = 0;
    std::uint64_t next_ = 0;
    std::vector<Publish> in_flight_;
};

}  // namespace notifyd::bench
