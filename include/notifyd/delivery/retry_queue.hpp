// Messages that found a full outbox and cannot be caught up from the log: retried a few times, then dead letters
// (docs/protocol.md#slow-clients).
// Flow:   processor -> RetryQueue -> (after a delay) ports::ConnectionSink, or DeadLetters
// Owns:   the waiting messages, bounded per connection and kept in order of arrival.
// Thread: one loop.
// Fails:  never; a message that cannot wait, or has used up its attempts, becomes a dead letter.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/delivery/dead_letters.hpp"
#include "notifyd/queue/retry_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace notifyd::delivery {

// Whether messages of this kind and topic must reach a connection in order. Notices must, too: each contains the state
// that it has left, such as an unread count.
[[nodiscard]] inline bool is_ordered(const Message& message) {
    return message.type == MessageType::fifo || message.lifetime == Lifetime::notice;
}

class RetryQueue {
  public:
    RetryQueue(const connection::ConnectionRegistry& registry,
               DeadLetters& dead_letters,
               queue::RetryPolicy policy,
               const Clock& clock)
        : registry_(registry), dead_letters_(dead_letters), policy_(policy), clock_(clock) {}

    // Call after the first attempt has failed.
    void add(connection::Connection& recipient, const Delivery& delivery);
    // Whether the message must wait behind an earlier one of its topic.
    [[nodiscard]] bool holds_back(const connection::Connection& recipient, const Message& message) const;
    // Retries what is due.
    void run(SteadyTime now);
    // The connection is being given up: everything waiting for it becomes dead letters.
    void give_up(connection::Connection& recipient, std::string_view reason);

  private:
    struct Entry {
        Delivery delivery;
        std::uint32_t attempts = 0;
        EpochMs first_failed_at = 0;
        SteadyTime due;
    };
    // The messages of one connection.
    struct Entries {
        std::vector<Entry> all;
        std::size_t bytes = 0;
        SteadyTime next_due = SteadyTime::max();
    };

    enum class Tried : std::uint8_t { done, waits };
    [[nodiscard]] Tried try_again(connection::Connection& recipient, Entry& entry, SteadyTime now);
    void run(connection::Connection& recipient, Entries& entries, SteadyTime now);

    const connection::ConnectionRegistry& registry_;
    DeadLetters& dead_letters_;
    queue::RetryPolicy policy_;
    const Clock& clock_;
    std::unordered_map<ConnectionId, Entries> waiting_;
};

}  // namespace notifyd::delivery
