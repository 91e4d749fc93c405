// The delivery workers of all loops, together the processor: each serves the connections of its own loop.
// Flow:   commit (fifo, on the storage thread) or Publisher (standard, on its loop) -> lanes of every loop -> Processor
// Owns:   the workers; batches are shared between them, immutable.
// Thread: committed on the storage thread, the rest of a worker on its loop, has_room on any.
// Fails:  never; a full mailbox makes the storage thread wait, full lanes make publishers be refused.
#pragma once

#include "notifyd/delivery/processor.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/standard_queue.hpp"
#include "notifyd/queue/lane.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace notifyd::delivery {

class WorkerPool;

// Messages on their way to all loops, and how many connections each has reached so far.
struct Batch {
    Batch(std::vector<Delivery> messages, std::size_t loops);

    std::vector<Delivery> deliveries;
    std::vector<std::atomic<std::uint32_t>> recipients;
    std::vector<std::atomic<std::uint32_t>> loops_left;
};

class DeliveryWorker final : public ports::StandardQueue, public runtime::TurnHook {
  public:
    DeliveryWorker(WorkerPool& pool,
                   runtime::EventLoop& loop,
                   const connection::ConnectionRegistry& registry,
                   const Clock& clock,
                   observability::Events& events);

    void push(MessagePtr message) override;
    [[nodiscard]] bool has_room() const override;
    // Messages that wait in the lanes.
    [[nodiscard]] std::size_t depth() const { return standard_lane_.depth() + fifo_lane_.depth(); }
    // Hands the turn's standard messages to the other loops and delivers a slice of the lanes.
    [[nodiscard]] bool turn_ended() override;

  private:
    friend class WorkerPool;

    struct Entry {
        std::shared_ptr<Batch> batch;
        std::size_t index;
        [[nodiscard]] const Message& message() const { return *batch->deliveries[index].message; }
    };
    using Lane = queue::Lane<Entry>;

    static void enter(Lane& lane, const std::shared_ptr<Batch>& batch);
    // Takes the next messages that can be delivered as one: of one batch and topic, to the same members.
    static std::span<const Delivery> take_run(Lane& lane, const Entry& first, std::size_t bytes_max);
    void deliver(const Entry& first, std::span<const Delivery> run);
    // Delivers from the lane until the slice ends.
    void drain(Lane& lane);

    WorkerPool& pool_;
    runtime::EventLoop& loop_;
    observability::Events& events_;
    Processor processor_;
    std::vector<Delivery> published_;
    Lane standard_lane_;
    Lane fifo_lane_;
    bool fifo_goes_first_ = false;
};

class WorkerPool final : public ports::CommitListener {
  public:
    // `lane_depth_max` messages may wait in a loop's lanes; in one turn a connection gets `slice_bytes` of them at
    // most, or one message.
    WorkerPool(std::size_t lane_depth_max, std::size_t slice_bytes)
        : lane_depth_max_(lane_depth_max), slice_bytes_(slice_bytes) {}

    // Before the loops run.
    DeliveryWorker& add_worker(runtime::EventLoop& loop,
                               const connection::ConnectionRegistry& registry,
                               const Clock& clock,
                               observability::Events& events);

    void committed(std::vector<Delivery> fifo_messages) override;

  private:
    friend class DeliveryWorker;
    [[nodiscard]] bool has_room() const;

    std::size_t lane_depth_max_;
    std::size_t slice_bytes_;
    std::vector<std::unique_ptr<DeliveryWorker>> workers_;
};

}  // namespace notifyd::delivery
