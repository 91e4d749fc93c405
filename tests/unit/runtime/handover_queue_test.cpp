// The queue whose takers sleep until a value arrives.
#include "notifyd/runtime/handover_queue.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <thread>
#include <vector>

namespace notifyd::runtime {

namespace {

using Queue = HandoverQueue<std::unique_ptr<int>>;

std::vector<int> values_of(const std::deque<std::unique_ptr<int>>& taken) {
    std::vector<int> values;
    for (const auto& value : taken) values.push_back(*value);
    return values;
}

}  // namespace

TEST_CASE("values come out in the order in which they went in") {
    Queue queue;
    for (int i = 1; i <= 4; ++i) REQUIRE(queue.push(std::make_unique<int>(i)));
    CHECK(**queue.take() == 1);
    std::deque<std::unique_ptr<int>> taken;
    taken.push_back(std::make_unique<int>(0));
    CHECK(queue.take_all(taken, std::nullopt) == Queue::Waited::taken);
    CHECK(values_of(taken) == std::vector<int>{0, 2, 3, 4});
}

TEST_CASE("a taker with a timeout learns that nothing arrived") {
    Queue queue;
    std::deque<std::unique_ptr<int>> taken;
    CHECK(queue.take_all(taken, std::chrono::milliseconds(1)) == Queue::Waited::timed_out);
    queue.take_ready(taken);
    CHECK(taken.empty());
}

TEST_CASE("a closed queue hands out what is left and leaves refused values with their owners") {
    Queue queue;
    REQUIRE(queue.push(std::make_unique<int>(1)));
    queue.close();
    auto late = std::make_unique<int>(2);
    CHECK_FALSE(queue.push(std::move(late)));
    REQUIRE(late != nullptr);
    CHECK(*late == 2);
    std::deque<std::unique_ptr<int>> taken;
    CHECK(queue.take_all(taken, std::nullopt) == Queue::Waited::taken);
    CHECK(queue.take_all(taken, std::nullopt) == Queue::Waited::closed);
    CHECK_FALSE(queue.take().has_value());
}

TEST_CASE("several takers share the values, and closing wakes them all") {
    HandoverQueue<int> queue;
    std::vector<long> sums(3, 0);
    std::vector<std::thread> takers;
    for (long& sum : sums) {
        takers.emplace_back([&queue, &sum] {
            while (const auto value = queue.take()) sum += *value;
        });
    }
    constexpr int count = 1'000;
    for (int i = 1; i <= count; ++i) REQUIRE(queue.push(int{i}));
    queue.close();
    for (std::thread& taker : takers) taker.join();
    CHECK(sums[0] + sums[1] + sums[2] == count * (count + 1) / 2);
}

}  // namespace notifyd::runtime
