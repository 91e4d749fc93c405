// Turns by key, order within a key, and a share of the room for each key.
#include "notifyd/runtime/fair_queue.hpp"

#include "notifyd/runtime/fair_handover_queue.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace notifyd::runtime;

namespace {

using Queue = FairQueue<std::string, int>;

std::vector<int> drained(Queue& queue) {
    std::vector<int> order;
    while (!queue.empty()) order.push_back(queue.pop());
    return order;
}

}  // namespace

TEST_CASE("keys take turns, and each is first in, first out") {
    Queue queue;
    for (int i = 0; i < 5; ++i) queue.push("a", i);
    queue.push("b", 10);
    queue.push("b", 11);
    queue.push("c", 20);
    CHECK(queue.size() == 8);
    CHECK(queue.size_of("a") == 5);
    CHECK(queue.keys() == 3);
    CHECK(drained(queue) == std::vector{0, 10, 20, 1, 11, 2, 3, 4});
    CHECK(queue.keys() == 0);
}

TEST_CASE("a newcomer waits for at most one value of each other key") {
    Queue queue;
    for (int i = 0; i < 1'000; ++i) queue.push("greedy", i);
    CHECK(queue.pop() == 0);
    CHECK(queue.pop() == 1);
    queue.push("b", -1);
    CHECK(queue.pop() == 2);
    CHECK(queue.pop() == -1);
    // A key that comes back does not get its turn in advance.
    queue.push("b", -2);
    queue.push("b", -3);
    CHECK(queue.pop() == 3);
    CHECK(queue.pop() == -2);
    CHECK(queue.pop() == 4);
    CHECK(queue.pop() == -3);
}

TEST_CASE("many keys come and go and leave nothing behind") {
    Queue queue;
    std::vector<int> wanted;
    for (int round = 0; round < 3; ++round) {
        for (int key = 0; key < 500; ++key) {
            queue.push("k" + std::to_string(key), round * 500 + key);
            wanted.push_back(round * 500 + key);
        }
    }
    CHECK(queue.keys() == 500);
    CHECK(drained(queue) == wanted);
    CHECK(queue.keys() == 0);
    CHECK(queue.size() == 0);
}

TEST_CASE("values that cannot be copied pass through") {
    FairQueue<int, std::unique_ptr<int>> queue;
    queue.push(1, std::make_unique<int>(7));
    CHECK(*queue.pop() == 7);
}

TEST_CASE("a single key gets a fifth of the room, the next one a fifth of the rest") {
    FairHandoverQueue<int, int> queue(1'000);
    int greedy = 0;
    while (queue.push(1, 0) == Handover::taken) ++greedy;
    CHECK(greedy == 200);
    CHECK(queue.push(1, 0) == Handover::share_used);
    CHECK(queue.push(2, 0) == Handover::taken);
    for (int key = 3; key < 20; ++key) {
        REQUIRE(queue.push(key, 0) == Handover::taken);
        while (queue.push(key, 0) == Handover::taken) {
        }
        CHECK(queue.push(key, 0) == Handover::share_used);
    }
    CHECK(queue.push(1'000, 0) == Handover::taken);
    CHECK(queue.size() < 1'000);
    // push_always ignores the shares.
    CHECK(queue.push_always(1, 0) == Handover::taken);
}

TEST_CASE("a full queue refuses, and a closed one hands out what is left") {
    FairHandoverQueue<int, std::unique_ptr<int>> queue(3);
    for (int key = 0; key < 3; ++key) CHECK(queue.push(key, std::make_unique<int>(key)) == Handover::taken);
    auto late = std::make_unique<int>(9);
    CHECK(queue.push(9, std::move(late)) == Handover::full);
    CHECK(late != nullptr);
    queue.close();
    CHECK(queue.push(9, std::move(late)) == Handover::closed);
    CHECK(queue.push_always(9, std::move(late)) == Handover::closed);
    CHECK(late != nullptr);
    for (int key = 0; key < 3; ++key) CHECK(**queue.take() == key);
    CHECK_FALSE(queue.take().has_value());
}

TEST_CASE("a taker sleeps until a value arrives") {
    FairHandoverQueue<int, int> queue(100);
    std::vector<int> taken;
    std::thread taker([&] {
        while (auto value = queue.take()) taken.push_back(*value);
    });
    for (int i = 0; i < 5; ++i) CHECK(queue.push(1, int(i)) == Handover::taken);
    queue.close();
    taker.join();
    CHECK(taken == std::vector{0, 1, 2, 3, 4});
}
