// When publishes are due. Open loop: at evenly spaced times that no slowness of the server moves, round robin over the
// chats, so that what waits for a slow server counts in the latency. Closed loop: always.
#pragma once

#include "time.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::bench {

class Pace {
  public:
    // `rate` is publishes a second over all chats; 0 is the closed loop.
    Pace(std::uint64_t rate, std::size_t chats) : rate_(rate), chats_(chats) {}

    bool is_open_loop() const { return rate_ != 0; }
    void begin(Nanoseconds now) { begin_ = now; }

    // Calls `on_due(chat)` for each publish whose time has come since the last call.
    template <class OnDue>
    void advance(Nanoseconds now, OnDue&& on_due) {
        for (; time_of(next_) <= now; ++next_) {
            on_due(static_cast<std::size_t>(next_ % chats_));
        }
    }

    // Of the chat's publish with this ordinal, from 0.
    Nanoseconds intended_at(std::size_t chat, std::uint64_t ordinal) const { return time_of(ordinal * chats_ + chat); }

    std::uint64_t due() const { return next_; }

  private:
    static constexpr std::uint64_t second = 1'000'000'000;

    Nanoseconds time_of(std::uint64_t publish) const { return begin_ + publish * second / rate_; }

    std::uint64_t rate_;
    std::size_t chats_;
    Nanoseconds begin_ = 0;
    std::uint64_t next_ = 0;
};

}  // namespace notifyd::bench
