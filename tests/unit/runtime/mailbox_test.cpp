// Tasks from many threads to one: order, bound, waiting, closing.
#include "notifyd/runtime/mailbox.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

using notifyd::runtime::Mailbox;
using notifyd::runtime::Task;

namespace {

std::size_t run_all(Mailbox& mailbox) {
    std::vector<Task> tasks;
    mailbox.take_all(tasks);
    for (Task& task : tasks) task();
    return tasks.size();
}

}  // namespace

TEST_CASE("tasks come out in order, and only the first of them wakes the owner") {
    int woken = 0;
    Mailbox mailbox(10, [&] { ++woken; });
    std::vector<int> ran;
    for (int i = 0; i < 3; ++i) REQUIRE(mailbox.post([&ran, i] { ran.push_back(i); }));
    CHECK(woken == 1);
    CHECK(mailbox.depth() == 3);
    CHECK(run_all(mailbox) == 3);
    CHECK(ran == std::vector{0, 1, 2});
    REQUIRE(mailbox.post([] {}));
    CHECK(woken == 2);
}

TEST_CASE("a full mailbox refuses all but control tasks, a closed one refuses everything") {
    Mailbox mailbox(1, [] {});
    CHECK(mailbox.post([] {}));
    CHECK_FALSE(mailbox.post([] {}));
    CHECK(mailbox.post_control([] {}));
    mailbox.close();
    CHECK_FALSE(mailbox.post_control([] {}));
    CHECK_FALSE(mailbox.post_waiting([] {}));
    CHECK(run_all(mailbox) == 2);
    CHECK_FALSE(mailbox.post([] {}));
}

TEST_CASE("a thread that waits for room continues when there is some, or when the mailbox closes") {
    Mailbox mailbox(1, [] {});
    REQUIRE(mailbox.post([] {}));
    std::atomic<int> ran{0};
    std::thread waiting([&] { CHECK(mailbox.post_waiting([&ran] { ++ran; })); });
    // Its task arrives only after the first has been taken, whenever the thread gets there.
    while (ran.load() == 0) run_all(mailbox);
    waiting.join();
    REQUIRE(mailbox.post([] {}));
    std::thread refused([&] { CHECK_FALSE(mailbox.post_waiting([] {})); });
    mailbox.close();
    refused.join();
}

TEST_CASE("nothing is lost between eight threads and one") {
    constexpr int each = 5'000;
    Mailbox mailbox(64, [] {});
    std::vector<int> last(8, -1);
    int total = 0;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < last.size(); ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < each; ++i) {
                mailbox.post_waiting([&, t, i] {
                    if (last[t] == i - 1) ++total;
                    last[t] = i;
                });
            }
        });
    }
    while (total < each * 8) {
        if (run_all(mailbox) == 0) std::this_thread::yield();
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(total == each * 8);
}
