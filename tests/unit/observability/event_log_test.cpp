// Events of several threads share their limits, and their counts are summed.
#include "notifyd/observability/event_log.hpp"

#include "notifyd/observability/events.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include "support/fake_clock.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <thread>

using namespace notifyd;
using namespace notifyd::observability;
using notifyd::testing::FakeClock;

namespace {

struct Happened {
    static constexpr EventInfo info{"happened", LogLevel::info, bounded};

    std::int64_t number = 0;

    void describe(Fields& fields) const { fields.number("number", number); }
};

struct Grown {
    static constexpr EventInfo info{"grown"};

    std::int64_t size = 0;

    [[nodiscard]] LogLevel level() const { return size > 10 ? LogLevel::warn : LogLevel::debug; }
    void describe(Fields& fields) const { fields.own_text("what", "size " + std::to_string(size)); }
};

std::uint64_t count_of(const EventLog& log, std::string_view name) {
    const auto counts = log.counts();
    for (std::size_t number = 0; number < counts.size(); ++number) {
        if (event_kinds()[number]->name == name) return counts[number];
    }
    return 0;
}

}  // namespace

TEST_CASE("events are counted on each thread, and the counts are summed") {
    RecordingSink sink(LogLevel::error);
    const FakeClock clock;
    EventLog log(sink, clock);
    Events main_events(log);
    main_events.emit(Happened{1});
    std::jthread other([&] {
        Events own(log);
        for (int i = 0; i < 1'000; ++i) own.emit(Happened{i});
        CHECK(count_of(log, "happened") >= 1'000);
    });
    other.join();
    CHECK(count_of(log, "happened") == 1'001);
    CHECK(count_of(log, "grown") == 0);
    CHECK(sink.lines().empty());
}

TEST_CASE("a limit holds for all threads together") {
    RecordingSink sink(LogLevel::info);
    const FakeClock clock;
    EventLog log(sink, clock);
    Events one(log);
    Events other(log);
    for (int i = 0; i < 100; ++i) {
        one.emit(Happened{i});
        other.emit(Happened{i});
    }
    CHECK(sink.count("happened") == bounded.most);
}

TEST_CASE("an event can choose its level and make its text") {
    RecordingSink sink(LogLevel::info);
    const FakeClock clock;
    Events events(sink, clock);
    events.emit(Grown{1});
    CHECK(sink.lines().empty());
    events.emit(Grown{11});
    REQUIRE(sink.lines().size() == 1);
    CHECK(sink.lines().front().level == LogLevel::warn);
    CHECK(std::get<std::string>(sink.lines().front().fields.at("what")) == "size 11");
}

TEST_CASE("the names of events are unique") {
    for (std::size_t one = 0; one < event_kinds().size(); ++one) {
        CAPTURE(event_kinds()[one]->name);
        for (std::size_t other = 0; other < one; ++other) CHECK(event_kinds()[one]->name != event_kinds()[other]->name);
    }
}
