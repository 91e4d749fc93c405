// Distributes batches to every loop's lanes and delivers a slice of them per turn.
#include "notifyd/delivery/worker_pool.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/messages.hpp"
#include "notifyd/wire/delivered_frames.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::delivery {

Batch::Batch(std::vector<Delivery> messages, std::size_t loops)
    : deliveries(std::move(messages)), recipients(deliveries.size()), loops_left(deliveries.size()) {
    for (auto& left : loops_left) left.store(static_cast<std::uint32_t>(loops), std::memory_order_relaxed);
}

DeliveryWorker::DeliveryWorker(WorkerPool& pool, const WorkerParts& parts)
    : pool_(pool),
      loop_(parts.loop),
      registry_(parts.registry),
      clock_(parts.clock),
      events_(parts.events),
      dead_letters_(
          parts.dead_letters, pool.settings_.log, parts.clock, parts.continuous_clock, parts.ids, parts.events),
      retries_(parts.registry, dead_letters_, pool.settings_.retry, parts.clock),
      catch_up_(parts.registry,
                parts.reader,
                parts.planner,
                retries_,
                dead_letters_,
                pool.settings_.log,
                pool.settings_.outbox_bytes,
                parts.clock,
                parts.events),
      processor_(
          parts.registry, catch_up_, retries_, parts.notices, parts.clock, parts.events, pool.settings_.slice_bytes),
      passed_up_to_(pool.start_) {}

void DeliveryWorker::push(MessagePtr message) {
    published_.push_back({std::move(message), 0});
    const Delivery& pushed = published_.back();
    if (!pushed.message->skip.has_value() || pushed.message->lifetime != Lifetime::kept) return;
    // A replay may find the message in the log before the lane reaches it.
    connection::Connection* sender = registry_.find(*pushed.message->skip);
    if (sender != nullptr && sender->is_behind()) catch_up_.pass_over(*sender, std::span(&pushed, 1));
}

bool DeliveryWorker::has_room() const {
    return published_.size() < pool_.settings_.lane_depth_max && pool_.has_room();
}

void DeliveryWorker::open(connection::Connection& connection, Opening opening) {
    catch_up_.open(connection, std::move(opening), passed_up_to_);
}

void DeliveryWorker::resume(connection::Connection& connection, const ResumeRequest& request) {
    catch_up_.resume(connection, request, passed_up_to_);
}

void DeliveryWorker::give_up(connection::Connection& connection,
                             const std::function<void(const BlockVisitor&)>& unsent) {
    constexpr std::string_view reason = "stalled";
    const EpochMs now = clock_.now_ms();
    unsent([&](std::string_view block, std::size_t sent) {
        wire::visit_unsent(block, sent, [&](const wire::UnsentMessage& message) {
            const bool fetchable = message.sequence != 0 && pool_.settings_.log == Log::kept;
            if (!fetchable) dead_letters_.add(connection, message, {reason, 1, now});
        });
    });
    catch_up_.give_up(connection, {reason, 1, now});
    retries_.give_up(connection, reason);
}

void DeliveryWorker::tick(SteadyTime now) {
    retries_.run(now);
    catch_up_.run(now);
}

void DeliveryWorker::enter(Lane& lane, const std::shared_ptr<Batch>& batch) {
    for (std::size_t i = 0; i < batch->deliveries.size(); ++i) lane.push({batch, i});
}

std::span<const Delivery> DeliveryWorker::take_run(Lane& lane, const Entry& first, std::size_t bytes_max) {
    const std::vector<Delivery>& deliveries = first.batch->deliveries;
    const Message& message = first.message();
    std::size_t bytes = message.head.size();
    std::size_t count = 1;
    while (!lane.empty() && lane.front().batch == first.batch) {
        const Message& next = lane.front().message();
        bytes += next.head.size();
        if (bytes > bytes_max || next.topic != message.topic || next.type != message.type ||
            next.lifetime != message.lifetime || next.skip != message.skip || next.audience != message.audience) {
            break;
        }
        static_cast<void>(lane.pop());
        ++count;
    }
    return std::span(deliveries).subspan(first.index, count);
}

void DeliveryWorker::deliver(const Entry& first, std::span<const Delivery> run) {
    Batch& batch = *first.batch;
    const auto sent = static_cast<std::uint32_t>(processor_.process(run));
    passed_up_to_ = std::max(passed_up_to_, run.back().at.position);
    for (std::size_t i = first.index; i < first.index + run.size(); ++i) {
        batch.recipients[i].fetch_add(sent, std::memory_order_relaxed);
        // Only the last loop to finish knows whether the message reached anyone.
        if (batch.loops_left[i].fetch_sub(1, std::memory_order_acq_rel) == 1 &&
            batch.recipients[i].load(std::memory_order_relaxed) == 0) {
            const Message& message = *batch.deliveries[i].message;
            if (message.lifetime == Lifetime::kept) {
                events_.emit(observability::MessageUndelivered{message.id, message.topic});
            }
        }
    }
}

void DeliveryWorker::drain(Lane& lane) {
    while (!lane.empty() && processor_.slice_has_room(lane.front().message().head.size())) {
        const Entry first = lane.pop();
        deliver(first, take_run(lane, first, std::min(processor_.slice_room(), limits::run_bytes_max)));
    }
}

bool DeliveryWorker::turn_ended() {
    if (!published_.empty()) {
        const auto batch = std::make_shared<Batch>(std::exchange(published_, {}), pool_.workers_.size());
        for (const auto& worker : pool_.workers_) {
            if (worker.get() == this) {
                enter(standard_lane_, batch);
            } else {
                // Never full: publishers passed admission. False means that the loop has stopped and has no
                // connections.
                static_cast<void>(
                    worker->loop_.post_control([&other = *worker, batch] { enter(other.standard_lane_, batch); }));
            }
        }
    }
    // Both lanes share the slice, so they alternate in going first.
    processor_.begin_slice();
    drain(committed_goes_first_ ? committed_lane_ : standard_lane_);
    drain(committed_goes_first_ ? standard_lane_ : committed_lane_);
    committed_goes_first_ = !committed_goes_first_;
    return !standard_lane_.empty() || !committed_lane_.empty();
}

DeliveryWorker& WorkerPool::add_worker(const WorkerParts& parts) {
    workers_.push_back(std::make_unique<DeliveryWorker>(*this, parts));
    return *workers_.back();
}

void WorkerPool::committed(std::vector<Delivery> messages) {
    // Messages for other channels are stored, but never sent to a WebSocket.
    std::erase_if(messages,
                  [](const Delivery& delivery) { return delivery.message->target_channel != websocket_channel; });
    if (messages.empty()) return;
    const auto batch = std::make_shared<Batch>(std::move(messages), workers_.size());
    for (const auto& worker : workers_) {
        // False only if the loop has stopped, and then it has no connections.
        worker->loop_.post_waiting([&other = *worker, batch] { DeliveryWorker::enter(other.committed_lane_, batch); });
    }
}

bool WorkerPool::has_room() const {
    for (const auto& worker : workers_) {
        if (worker->depth() >= settings_.lane_depth_max) return false;
    }
    return true;
}

}  // namespace notifyd::delivery
