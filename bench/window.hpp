// The publishes of one publisher that are in flight. A publish is in flight until all its receipts have arrived. The
// oldest one holds back the rest, so the window limits what the server has to queue for any connection.
#pragma once

#include "time.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace notifyd::bench {

class Window {
  public:
    // `receipts` is the number of receipts that complete a publish: one per receiver, and one if its answer counts.
    Window(std::size_t size, std::size_t receipts)
        : size_(size), receipts_(receipts), in_flight_(std::bit_ceil(size)) {}

    bool has_room() const { return next_ - oldest_ < size_; }
    bool is_empty() const { return next_ == oldest_; }
    // The number of publishes started so far, which is also the next one's stamp.
    std::uint64_t started() const { return next_; }

    // Latency is measured from `sent_at`.
    std::uint32_t start(Nanoseconds sent_at) {
        publish_of(next_) = {.sent_at = sent_at, .receipts_left = receipts_};
        return static_cast<std::uint32_t>(next_++);
    }

    bool contains(std::uint32_t stamp) const { return stamp >= oldest_ && stamp < next_; }
    // For this and the next function, the window must contain the stamp.
    Nanoseconds sent_at(std::uint32_t stamp) const { return in_flight_[stamp & (in_flight_.size() - 1)].sent_at; }
    // Returns the number of publishes that leave the window because of this receipt.
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

    // The size is a power of two, because a division would cost more than everything else about a receipt.
    Publish& publish_of(std::uint64_t stamp) { return in_flight_[stamp & (in_flight_.size() - 1)]; }

    std::size_t size_;
    std::size_t receipts_;
    std::uint64_t oldest_ = 0;
    std::uint64_t next_ = 0;
    std::vector<Publish> in_flight_;
};

}  // namespace notifyd::bench
