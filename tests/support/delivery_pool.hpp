// A pool of two delivery workers, run by hand, and messages to deliver.
#pragma once

#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "support/fake_clock.hpp"
#include "support/no_hold.hpp"
#include "support/recording_connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifyd::testing {

inline MessagePtr message(std::string_view topic, std::string text, std::optional<ConnectionId> skip = std::nullopt) {
    Message made{.id = {},
                 .topic = topic_of(topic),
                 .type = MessageType::fifo,
                 .numbering = Numbering::consecutive,
                 .sender = UserId("s"),
                 .group_id = {},
                 .published_at = 0,
                 .skip = skip,
                 .head = R"({"content":")" + std::move(text) + '"'};
    return std::make_shared<const Message>(std::move(made));
}

// Nothing is read back here; dead letters are kept.
struct NoLog final : ports::MessageReader, ports::ResumePlanner, ports::DeadLetterSink {
    void read_page(PageQuery query, UniqueFunction<void(Result<Page>)> done) override {
        reads.push_back(std::move(query));
        answers.push_back(std::move(done));
    }
    void plan_resume(ports::ResumeQuery, UniqueFunction<void(Result<ports::ResumePlan>)>) override {}
    void read_positions(ports::PositionsQuery, UniqueFunction<void(Result<std::vector<Sequence>>)>) override {}
    [[nodiscard]] const std::string& epoch() const override { return name; }
    void add(DeadLetter letter) override { letters.push_back(std::move(letter)); }

    std::string name = "e";
    std::vector<PageQuery> reads;
    std::vector<UniqueFunction<void(Result<Page>)>> answers;
    std::vector<DeadLetter> letters;
};

// One loop's share of the pool, run by hand.
struct DeliveryNode {
    DeliveryNode(delivery::WorkerPool& pool, std::size_t index, const Clock& clock, observability::Events& events)
        : loop(index, 1'000),
          worker(pool.add_worker({.loop = loop,
                                  .registry = registry,
                                  .reader = log,
                                  .planner = log,
                                  .dead_letters = log,
                                  .notices = testing::no_hold(),
                                  .clock = clock,
                                  .continuous_clock = clock,
                                  .ids = ids,
                                  .events = events})) {
        loop.add_turn_hook(worker);
    }
    // Handles the mailbox and ends the turn; true while work is left.
    bool turn() {
        loop.context().restart();
        loop.context().poll();
        return worker.turn_ended();
    }
    runtime::EventLoop loop;
    SystemIdSource ids;
    connection::ConnectionRegistry registry;
    NoLog log;
    delivery::DeliveryWorker& worker;
};

struct DeliveryPool {
    explicit DeliveryPool(std::size_t slice_bytes = 1'000'000)
        : pool({.lane_depth_max = 100, .slice_bytes = slice_bytes, .outbox_bytes = 1'000'000}) {}
    FakeClock clock;
    observability::RecordingSink log;
    observability::Events events{log, clock};
    delivery::WorkerPool pool;
    DeliveryNode first{pool, 0, clock, events};
    DeliveryNode second{pool, 1, clock, events};
};

}  // namespace notifyd::testing
