// Checks that one receiver sees every message of a single publisher once and in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace notifyd::bench {

enum class Arrival : std::uint8_t { in_order, early, filled, duplicate, unknown };

// The publisher never has stamps in flight that lie `window` or more apart, so one bit for each is enough.
class ConnectionCheck {
  public:
    explicit ConnectionCheck(std::size_t window);

    // `published` is the number of messages sent so far: a stamp at or above it was never sent.
    //   in_order   the next one
    //   early      messages before it have not come yet
    //   filled     one that earlier messages had overtaken
    Arrival see(std::uint32_t stamp, std::uint64_t published) {
        if (stamp == next_ && next_ == highest_ && stamp < published) [[likely]] {
            ++received_;
            highest_ = ++next_;
            return Arrival::in_order;
        }
        return see_other(stamp, published);
    }

    // How many of the messages sent have arrived.
    std::uint64_t received() const { return received_; }

  private:
    Arrival see_other(std::uint32_t stamp, std::uint64_t published);

    std::uint64_t mask_;         // the places in `ahead_` are a power of two
    std::uint64_t next_ = 0;     // everything below has arrived
    std::uint64_t highest_ = 0;  // one above the highest that has arrived
    std::uint64_t received_ = 0;
    std::vector<bool> ahead_;  // by the stamp's low bits: arrived before `next_`
};

// The answers to one publisher: one for each publish, in any order, however late.
class AnswerCheck {
  public:
    // False for a second answer, and for one to a publish that was never sent.
    bool see(std::uint32_t stamp, std::uint64_t published);

    std::uint64_t received() const { return received_; }

  private:
    std::uint64_t received_ = 0;
    std::vector<bool> answered_;  // by stamp
};

// The numbers that a fifo topic gave: consecutive, each once.
class SequenceCheck {
  public:
    void see(std::uint64_t sequence);

    std::uint64_t duplicates() const { return duplicates_; }
    // Numbers missing between the lowest and the highest that were seen.
    std::uint64_t gaps() const;

  private:
    static constexpr std::uint64_t sequence_max = 1'000'000'000;

    std::uint64_t lowest_ = 0;  // 0: none seen yet, as numbers start at 1
    std::uint64_t highest_ = 0;
    std::uint64_t seen_ = 0;
    std::uint64_t duplicates_ = 0;
    std::vector<bool> given_;
};

}  // namespace notifyd::bench
