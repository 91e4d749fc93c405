// Checks that one receiver sees every message of a single publisher once and in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace notifyd::bench {

enum class Arrival : std::uint8_t { in_order, early, filled, duplicate, unknown };

// Stamps in flight at the same time differ by less than `window`, so one bit for each place in the window is enough.
class ConnectionCheck {
  public:
    explicit ConnectionCheck(std::size_t window);

    // `published` is the number of messages sent so far: a stamp at or above it was never sent.
    //   in_order   the message that was expected next
    //   early      earlier messages have not arrived yet
    //   filled     a message that later ones had overtaken
    Arrival see(std::uint32_t stamp, std::uint64_t published) {
        if (stamp == next_ && next_ == highest_ && stamp < published) [[likely]] {
            ++received_;
            highest_ = ++next_;
            return Arrival::in_order;
        }
        return see_other(stamp, published);
    }

    // The number of different messages that have arrived.
    std::uint64_t received() const { return received_; }

  private:
    Arrival see_other(std::uint32_t stamp, std::uint64_t published);

    std::uint64_t mask_;         // the size of `ahead_` is a power of two
    std::uint64_t next_ = 0;     // everything below has arrived
    std::uint64_t highest_ = 0;  // one above the highest that has arrived
    std::uint64_t received_ = 0;
    std::vector<bool> ahead_;  // by the stamp's low bits: arrived before `next_`
};

// Checks that every publish of one publisher is answered once. The order does not matter.
class AnswerCheck {
  public:
    // Returns false for a second answer, and for an answer to a publish that was never sent.
    bool see(std::uint32_t stamp, std::uint64_t published);

    std::uint64_t received() const { return received_; }

  private:
    std::uint64_t received_ = 0;
    std::vector<bool> answered_;  // by stamp
};

// Checks that the sequence numbers of a fifo topic are consecutive and unique.
class SequenceCheck {
  public:
    void see(std::uint64_t sequence);

    std::uint64_t duplicates() const { return duplicates_; }
    // The count of numbers missing between the lowest and the highest one seen.
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
