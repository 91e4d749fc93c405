// Sends messages to the connections of their topic on one loop: encodes them once, queues them on each connection.
// Flow:   lanes -> Processor -> ports::ConnectionSink of every member; if a connection cannot take a message, CatchUp
//         when the log has it, otherwise RetryQueue.
// Owns:   the pace. Between two flushes, a connection gets at most its share of bytes (a slice) or one message, so that
//         a burst does not overflow the outbox of a client that keeps reading.
// Thread: one loop.
// Fails:  never; trouble with one connection does not affect the others.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/frame.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/delivery/catch_up.hpp"
#include "notifyd/delivery/notice_hold.hpp"
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
              NoticeHold& notices,
              const Clock& clock,
              observability::Events& events,
              std::size_t slice_bytes)
        : registry_(registry),
          catch_up_(catch_up),
          retries_(retries),
          notices_(notices),
          clock_(clock),
          events_(events),
          slice_bytes_(slice_bytes) {}

    void begin_slice();
    // Whether `bytes` more fit into the slice, whichever connection they go to.
    [[nodiscard]] bool slice_has_room(std::size_t bytes) const;
    // Bytes that every connection can still get.
    [[nodiscard]] std::size_t slice_room() const { return slice_bytes_ - std::min(slice_bytes_, slice_most_); }

    // All messages of a run have the same topic, type, lifetime, audience and `skip`. Returns how many connections get
    // it, now or soon.
    std::size_t process(std::span<const Delivery> run);

  private:
    enum class Sent : std::uint8_t { queued, later, gone };
    class RunFrames;
    [[nodiscard]] Sent deliver(connection::Connection& member, std::span<const Delivery> run, RunFrames& frames);
    // `frames` is the encoded run.
    [[nodiscard]] Sent send(connection::Connection& member, std::span<const Delivery> run, const FramePtr& frames);
    // The same, unless the run must wait behind something that is being retried.
    [[nodiscard]] Sent send_in_order(connection::Connection& member,
                                     std::span<const Delivery> run,
                                     const FramePtr& frames);
    // A client that cannot take a transient message now does without it.
    [[nodiscard]] Sent send_transient(connection::Connection& member, const TopicName& topic, RunFrames& frames);
    // For a connection that is being sent what was pending when it connected.
    [[nodiscard]] Sent send_after_pending(connection::Connection& member, std::span<const Delivery> run);
    // For a connection that is behind in some topic.
    [[nodiscard]] Sent send_behind(connection::Connection& member, std::span<const Delivery> run, RunFrames& frames);
    void record(std::span<const Delivery> run, EpochMs now, std::size_t recipients);

    const connection::ConnectionRegistry& registry_;
    CatchUp& catch_up_;
    RetryQueue& retries_;
    NoticeHold& notices_;
    const Clock& clock_;
    observability::Events& events_;
    std::size_t slice_bytes_;
    std::uint64_t slice_ = 0;
    std::size_t slice_deliveries_ = 0;
    std::size_t slice_most_ = 0;  // of the connection that got the most
};

}  // namespace notifyd::delivery
