// Decides when publishes are due. In an open loop, they are due at evenly spaced times, round robin over the chats. A
// slow server does not delay these times, so the time that a publish waits for it counts as latency. In a closed loop,
// a publish is always due.
#pragma once

#include "time.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::bench {

class Pace {
  public:
    // `rate` is publishes per second over all chats; 0 means a closed loop.
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

    // When the publish with this ordinal (from 0) of the chat is due.
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
