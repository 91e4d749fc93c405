// The delivery workers of all loops, which together are the processor: each serves the connections of its own loop.
// Flow:   commit (on the storage thread) or Publisher (standard, on its loop) -> lanes of every loop -> Processor
// Owns:   the workers; batches are immutable and shared between them.
// Thread: committed on the storage thread, has_room on any; everything else of a worker on its loop.
// Fails:  never; a full mailbox makes the storage thread wait, while the lanes are full, publishes are refused.
#pragma once

#include "notifyd/delivery/catch_up.hpp"
#include "notifyd/delivery/dead_letters.hpp"
#include "notifyd/delivery/notice_hold.hpp"
#include "notifyd/delivery/processor.hpp"
#include "notifyd/delivery/retry_queue.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/standard_queue.hpp"
#include "notifyd/queue/lane.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
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

// The parts of one loop that a worker is built from; they outlive the worker.
struct WorkerParts {
    runtime::EventLoop& loop;
    const connection::ConnectionRegistry& registry;
    ports::MessageReader& reader;
    ports::ResumePlanner& planner;
    ports::DeadLetterSink& dead_letters;
    NoticeHold& notices;
    const Clock& clock;
    const Clock& continuous_clock;
    IdSource& ids;
    observability::Events& events;
};

class DeliveryWorker final : public ports::StandardQueue, public runtime::TurnHook {
  public:
    DeliveryWorker(WorkerPool& pool, const WorkerParts& parts);

    void push(MessagePtr message) override;
    [[nodiscard]] bool has_room() const override;
    // Messages waiting in the lanes.
    [[nodiscard]] std::size_t depth() const { return standard_lane_.depth() + committed_lane_.depth(); }

    // Reports to the connection where its topics stand, before sending anything of those it has just subscribed to.
    void open(connection::Connection& connection, Opening opening);
    // Replays what the connection missed; it is already subscribed to the topics of the request.
    void resume(connection::Connection& connection, const ResumeRequest& request);
    // The connection accepts nothing more: messages that it is owed and cannot fetch by number become dead letters.
    // `unsent` visits the blocks of its outbox, each with the number of bytes already sent.
    using BlockVisitor = std::function<void(std::string_view block, std::size_t sent)>;
    void give_up(connection::Connection& connection, const std::function<void(const BlockVisitor&)>& unsent);
    // Does what has become due. Call every limits::room_interval.
    void tick(SteadyTime now);
    // Hands the turn's standard messages to the other loops and delivers a slice of the lanes.
    [[nodiscard]] bool turn_ended() override;

  private:
    friend class WorkerPool;

    struct Entry {
        std::shared_ptr<Batch> batch;
        std::size_t index;
        [[nodiscard]] const Delivery& delivery() const { return batch->deliveries[index]; }
        [[nodiscard]] const Message& message() const { return *delivery().message; }
    };
    using Lane = queue::Lane<Entry>;

    static void enter(Lane& lane, const std::shared_ptr<Batch>& batch);
    // Takes the next messages that can be delivered together: of one batch, topic and type, to the same members.
    static std::span<const Delivery> take_run(Lane& lane, const Entry& first, std::size_t bytes_max);
    void deliver(const Entry& first, std::span<const Delivery> run);
    // Delivers from the lane until the slice is used up.
    void drain(Lane& lane);

    WorkerPool& pool_;
    runtime::EventLoop& loop_;
    const connection::ConnectionRegistry& registry_;
    const Clock& clock_;
    observability::Events& events_;
    DeadLetters dead_letters_;
    RetryQueue retries_;
    CatchUp catch_up_;
    Processor processor_;
    std::vector<Delivery> published_;
    Lane standard_lane_;   // on their way into the log
    Lane committed_lane_;  // committed, in commit order
    // The position of the last message that left the committed lane.
    Position passed_up_to_;
    bool committed_goes_first_ = false;
};

struct PoolSettings {
    // How many messages may wait in a loop's lanes.
    std::size_t lane_depth_max = 0;
    // At most this many bytes of them per connection and turn, or one message.
    std::size_t slice_bytes = 0;
    // The capacity of a connection's outbox; 0: unlimited.
    std::size_t outbox_bytes = 0;
    queue::RetryPolicy retry{};
    Log log = Log::kept;
};

class WorkerPool final : public ports::CommitListener {
  public:
    explicit WorkerPool(PoolSettings settings) : settings_(settings) {}

    // Where the log ends before the first commit of this process. Call before add_worker.
    void start_at(Position position) { start_ = position; }
    // Call before the loops run.
    DeliveryWorker& add_worker(const WorkerParts& parts);

    void committed(std::vector<Delivery> messages) override;

  private:
    friend class DeliveryWorker;

    [[nodiscard]] bool has_room() const;

    PoolSettings settings_;
    Position start_ = 0;
    std::vector<std::unique_ptr<DeliveryWorker>> workers_;
};

}  // namespace notifyd::delivery
