// Sends messages to the connections of their topic on one loop: encodes them once, queues them on each.
// Flow:   lanes -> Processor -> ports::ConnectionSink of every member
//         A connection that cannot take a message: CatchUp where the log has it, else RetryQueue.
// Owns:   the pace: a slice, which is delivered between two flushes, gives no connection more than its share of bytes
//         (or one message), so that a burst does not overflow the outbox of a client that reads.
// Thread: one loop.
// Fails:  never; one connection's trouble does not touch the others.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/frame.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/delivery/catch_up.hpp"
#include "notifyd/delivery/retry_queue.hpp"
#include "notifyd/observability/events.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace notifyd::delivery {

class Processor {
  public:
    Processor(const connection::ConnectionRegistry& registry,
              CatchUp& catch_up,
              RetryQueue& retries,
              const Clock& clock,
              observability::Events& events,
              std::size_t slice_bytes)
        : registry_(registry),
          catch_up_(catch_up),
          retries_(retries),
          clock_(clock),
          events_(events),
          slice_bytes_(slice_bytes) {}

    void begin_slice();
    // Whether `bytes` more fit into the slice, whoever gets them.
    [[nodiscard]] bool slice_has_room(std::size_t bytes) const;
    // Bytes that every connection may still get.
    [[nodiscard]] std::size_t slice_room() const { return slice_bytes_ - std::min(slice_bytes_, slice_most_); }

    // A run has one topic, one type and the same `skip`. Returns how many connections get it, now or a little later.
    std::size_t process(std::span<const Delivery> run);

  private:
    enum class Sent : std::uint8_t { queued, later, gone };
    // `frames` are those of the run.
    [[nodiscard]] Sent send(connection::Connection& member, std::span<const Delivery> run, const FramePtr& frames);
    // To a connection that is behind somewhere.
    [[nodiscard]] Sent send_behind(connection::Connection& member,
                                   std::span<const Delivery> run,
                                   const FramePtr& frames,
                                   EpochMs now);
    void record(std::span<const Delivery> run, EpochMs now, std::size_t recipients);

    const connection::ConnectionRegistry& registry_;
    CatchUp& catch_up_;
    RetryQueue& retries_;
    const Clock& clock_;
    observability::Events& events_;
    std::size_t slice_bytes_;
    std::uint64_t slice_ = 0;
    std::size_t slice_deliveries_ = 0;
    std::size_t slice_most_ = 0;  // what the connection with the most got
};

}  // namespace notifyd::delivery
