// A function called at intervals.
#include "notifyd/runtime/ticker.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>

using namespace notifyd::runtime;

TEST_CASE("a ticker calls its function until the loop stops, even if a call throws") {
    EventLoop loop(0, 100);
    std::string reported;
    loop.on_exception([&](const char* what) { reported = what; });
    int ticks = 0;
    const Ticker ticker(loop, std::chrono::milliseconds(1), [&] {
        if (++ticks == 5) loop.stop();
        if (ticks == 2) throw std::runtime_error("second");
    });
    loop.run();
    CHECK(ticks == 5);
    CHECK(reported == "second");
}
