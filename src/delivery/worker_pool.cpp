// Batches to every loop, lanes, and a turn's slice.
#include "notifyd/delivery/worker_pool.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::delivery {

Batch::Batch(std::vector<Delivery> messages, std::size_t loops)
    : deliveries(std::move(messages)), recipients(deliveries.size()), loops_left(deliveries.size()) {
    for (auto& left : loops_left) left.store(static_cast<std::uint32_t>(loops), std::memory_order_relaxed);
}

DeliveryWorker::DeliveryWorker(WorkerPool& pool,
                               runtime::EventLoop& loop,
                               const connection::ConnectionRegistry& registry,
                               const Clock& clock,
                               observability::Events& events)
    : pool_(pool), loop_(loop), events_(events), processor_(registry, clock, events) {}

void DeliveryWorker::push(MessagePtr message) {
    published_.push_back({std::move(message), 0});
}

bool DeliveryWorker::has_room() const {
    return published_.size() < pool_.lane_depth_max_ && pool_.has_room();
}

void DeliveryWorker::enter(Lane& lane, const std::shared_ptr<Batch>& batch) {
    for (std::size_t i = 0; i < batch->deliveries.size(); ++i) lane.push({batch, i});
}

void DeliveryWorker::deliver(const Entry& entry) {
    Batch& batch = *entry.batch;
    const Delivery& delivery = batch.deliveries[entry.index];
    const std::size_t sent = processor_.process(delivery);
    auto& recipients = batch.recipients[entry.index];
    recipients.fetch_add(static_cast<std::uint32_t>(sent), std::memory_order_relaxed);
    // The last loop knows whether anybody at all received it.
    if (batch.loops_left[entry.index].fetch_sub(1, std::memory_order_acq_rel) == 1 &&
        recipients.load(std::memory_order_relaxed) == 0) {
        events_.emit(observability::MessageUndelivered{delivery.message->id, delivery.message->topic});
    }
}

void DeliveryWorker::drain(Lane& lane, std::size_t& bytes) {
    while (!lane.empty() && bytes != 0) {
        const Entry entry = lane.pop();
        const std::size_t size = entry.batch->deliveries[entry.index].message->head.size();
        bytes -= std::min(bytes, size);
        deliver(entry);
    }
}

bool DeliveryWorker::turn_ended() {
    if (!published_.empty()) {
        const auto batch = std::make_shared<Batch>(std::exchange(published_, {}), pool_.workers_.size());
        for (const auto& worker : pool_.workers_) {
            if (worker.get() == this) {
                enter(standard_lane_, batch);
            } else {
                // Never refused: publishers were admitted before. False: the loop has stopped, nobody is connected.
                static_cast<void>(
                    worker->loop_.post_control([&other = *worker, batch] { enter(other.standard_lane_, batch); }));
            }
        }
    }
    std::size_t bytes = pool_.slice_bytes_;
    drain(standard_lane_, bytes);
    std::size_t fifo_bytes = std::max(bytes, pool_.slice_bytes_ / 2);
    drain(fifo_lane_, fifo_bytes);
    return !standard_lane_.empty() || !fifo_lane_.empty();
}

DeliveryWorker& WorkerPool::add_worker(runtime::EventLoop& loop,
                                       const connection::ConnectionRegistry& registry,
                                       const Clock& clock,
                                       observability::Events& events) {
    workers_.push_back(std::make_unique<DeliveryWorker>(*this, loop, registry, clock, events));
    return *workers_.back();
}

void WorkerPool::committed(std::vector<Delivery> fifo_messages) {
    // What is addressed to another channel is stored, but never sent to a WebSocket.
    std::erase_if(fifo_messages,
                  [](const Delivery& delivery) { return delivery.message->target_channel != websocket_channel; });
    if (fifo_messages.empty()) return;
    const auto batch = std::make_shared<Batch>(std::move(fifo_messages), workers_.size());
    for (const auto& worker : workers_) {
        // False only when the loop has stopped, and then nobody is connected to it.
        worker->loop_.post_waiting([&other = *worker, batch] { DeliveryWorker::enter(other.fifo_lane_, batch); });
    }
}

bool WorkerPool::has_room() const {
    for (const auto& worker : workers_) {
        if (worker->depth() >= lane_depth_max_) return false;
    }
    return true;
}

}  // namespace notifyd::delivery
