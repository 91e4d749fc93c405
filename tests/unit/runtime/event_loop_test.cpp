// A turn: everything that is ready, then the hooks, then sleep.
#include "notifyd/runtime/event_loop.hpp"

#include "notifyd/core/clock.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/runtime/spawner.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using namespace notifyd::runtime;

namespace {

// Long enough for any machine.
constexpr std::chrono::hours no_limit{1};

struct Hook final : TurnHook {
    explicit Hook(EventLoop& loop) : loop_(loop) {}
    bool turn_ended() override {
        handlers_per_turn.push_back(handlers);
        handlers = 0;
        if (left > 0) --left;
        if (left == 0 && stop_at_end) loop_.stop();
        return left > 0;
    }
    EventLoop& loop_;
    std::vector<int> handlers_per_turn;
    int handlers = 0;
    int left = 0;
    bool stop_at_end = true;
};

}  // namespace

TEST_CASE("all ready handlers run before the hook") {
    EventLoop loop(0, 100, no_limit);
    Hook hook(loop);
    loop.add_turn_hook(hook);
    for (int i = 0; i < 50; ++i) boost::asio::post(loop.context(), [&] { ++hook.handlers; });
    loop.run();
    CHECK(hook.handlers_per_turn == std::vector{50});
}

TEST_CASE("a turn that takes too long ends early, so that its output is sent") {
    // The time is over at the first check.
    EventLoop loop(0, 100, std::chrono::milliseconds(0));
    Hook hook(loop);
    loop.add_turn_hook(hook);
    constexpr int per_look = static_cast<int>(notifyd::limits::handlers_per_look);
    hook.stop_at_end = false;
    for (int i = 0; i < 5 * per_look; ++i) {
        boost::asio::post(loop.context(), [&, i] {
            ++hook.handlers;
            hook.stop_at_end = i + 1 == 5 * per_look;
        });
    }
    loop.run();
    CHECK(hook.handlers_per_turn == std::vector<int>(5, per_look));
}

TEST_CASE("a long turn informs its hooks between handlers") {
    struct Part final : TurnHook {
        bool turn_ended() override {
            loop->stop();
            return false;
        }
        void turn_continues() override { told_after.push_back(handlers); }
        EventLoop* loop = nullptr;
        std::size_t handlers = 0;
        std::vector<std::size_t> told_after;
    };
    constexpr std::size_t part = notifyd::limits::handlers_per_part;
    EventLoop loop(0, 100, no_limit);
    Part hook;
    hook.loop = &loop;
    loop.add_turn_hook(hook);
    for (std::size_t i = 0; i < 2 * part + 5; ++i) boost::asio::post(loop.context(), [&] { ++hook.handlers; });
    loop.run();
    CHECK(hook.told_after == std::vector{part, 2 * part});
}

TEST_CASE("after_turn is called after turn_ended of all hooks") {
    struct Late final : TurnHook {
        Late(std::string own, std::vector<std::string>& all) : name(std::move(own)), calls(all) {}
        bool turn_ended() override {
            calls.push_back(name + " ended");
            return false;
        }
        void after_turn() override { calls.push_back(name + " after"); }
        std::string name;
        std::vector<std::string>& calls;
    };
    std::vector<std::string> calls;
    Late first("1", calls);
    Late second("2", calls);
    EventLoop loop(0, 100);
    loop.add_turn_hook(first);
    loop.add_turn_hook(second);
    boost::asio::post(loop.context(), [&loop] { loop.stop(); });
    loop.run();
    CHECK(calls == std::vector<std::string>{"1 ended", "2 ended", "1 after", "2 after"});
}

TEST_CASE("a hook with work left is called again without sleeping") {
    EventLoop loop(0, 100);
    Hook hook(loop);
    loop.add_turn_hook(hook);
    hook.left = 4;
    // One handler only: a loop that slept although work is left would never return.
    boost::asio::post(loop.context(), [] {});
    loop.run();
    CHECK(hook.handlers_per_turn.size() == 4);
}

TEST_CASE("an exception is reported and ends nothing") {
    EventLoop loop(0, 100);
    std::vector<std::string> caught;
    loop.on_exception([&](const char* what) { caught.emplace_back(what); });
    bool after = false;
    boost::asio::post(loop.context(), [] { throw std::runtime_error("handler"); });
    REQUIRE(loop.post([] { throw std::runtime_error("task"); }));
    REQUIRE(loop.post([&] {
        after = true;
        loop.stop();
    }));
    loop.run();
    CHECK(caught == std::vector<std::string>{"handler", "task"});
    CHECK(after);
}

namespace {

boost::asio::awaitable<void, Executor> wait_for(OneShot<int>& answer, std::vector<int>& seen, EventLoop& loop) {
    const int value = co_await answer.wait();
    seen.push_back(value);
    loop.stop();
}

}  // namespace

TEST_CASE("a one-shot resumes its coroutine, whether the value comes before or after the wait") {
    for (const bool before : {false, true}) {
        EventLoop loop(0, 100);
        Spawner tasks(loop);
        OneShot<int> answer(loop.executor());
        std::vector<int> seen;
        if (before) answer.set(7);
        tasks.spawn(wait_for(answer, seen, loop));
        if (!before) boost::asio::post(loop.context(), [&] { answer.set(7); });
        loop.run();
        CHECK(seen == std::vector{7});
    }
}
