// Checks that the publishes of one connection are numbered in the order in which they were sent. Their answers may
// arrive in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace notifyd::bench {

class OrderCheck {
  public:
    explicit OrderCheck(std::size_t chats) : latest_(chats) {}

    // `ordinal` is the position in the order of sending, from 1; `sequence` is the number that the server assigned.
    bool see(std::size_t chat, std::uint64_t ordinal, std::uint64_t sequence) {
        Latest& latest = latest_[chat];
        const bool keeps = (ordinal > latest.ordinal) == (sequence > latest.sequence);
        if (ordinal > latest.ordinal) {
            latest = {.ordinal = ordinal, .sequence = sequence};
        }
        return keeps;
    }

  private:
    struct Latest {
        std::uint64_t ordinal = 0;
        std::uint64_t sequence = 0;
    };

    std::vector<Latest> latest_;
};

}  // namespace notifyd::bench
