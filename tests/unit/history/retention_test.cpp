#include "notifyd/history/retention.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace notifyd::history {

namespace {

using namespace std::chrono_literals;

constexpr EpochMs noon = 1'769'860'800'000;
constexpr std::size_t full = limits::retention_slice_rows;

class FakeClock final : public Clock {
  public:
    [[nodiscard]] EpochMs now_ms() const override { return wall; }
    [[nodiscard]] SteadyTime steady_now() const override { return steady; }

    EpochMs wall = noon;
    SteadyTime steady{1h};
};

// Keeps what it was asked until the test answers.
class FakeLog final : public ports::MessageLog {
  public:
    struct Slice {
        EpochMs cutoff = 0;
        std::size_t rows_max = 0;
        UniqueFunction<void(Result<std::size_t>)> done;
    };

    void append(MessagePtr, ports::AppendDone) override {}
    [[nodiscard]] bool has_room(std::size_t) const override { return true; }
    void delete_expired(EpochMs cutoff, std::size_t rows_max, UniqueFunction<void(Result<std::size_t>)> done) override {
        slices.push_back({cutoff, rows_max, std::move(done)});
    }

    std::vector<Slice> slices;
};

struct Fixture {
    FakeClock clock;
    FakeLog log;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};
    Retention retention{log, clock, events, Milliseconds{30'000}};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a slice asks for what is past its time") {
    CHECK(retention.next_run() == clock.steady);
    retention.run();
    REQUIRE(log.slices.size() == 1);
    CHECK(log.slices[0].cutoff == noon - 30'000);
    CHECK(log.slices[0].rows_max == full);
}

TEST_CASE_METHOD(Fixture, "only one slice is under way at a time") {
    retention.run();
    CHECK_FALSE(retention.next_run());
    clock.steady += 24h;
    retention.run();
    CHECK(log.slices.size() == 1);
}

TEST_CASE_METHOD(Fixture, "full slices follow each other, a short one ends the round") {
    for (std::size_t i = 0; i < 3; ++i) {
        retention.run();
        REQUIRE(log.slices.size() == i + 1);
        log.slices[i].done(full);
        CHECK(retention.next_run() == clock.steady + RetentionSchedule::pause_between_slices);
        retention.run();  // too early
        CHECK(log.slices.size() == i + 1);
        clock.steady += RetentionSchedule::pause_between_slices;
    }
    retention.run();
    log.slices[3].done(full - 1);
    CHECK(retention.next_run() == clock.steady + RetentionSchedule::interval);
    CHECK(sink.count("retention_deleted") == 4);
}

TEST_CASE_METHOD(Fixture, "nothing to delete is no event") {
    retention.run();
    log.slices[0].done(std::size_t{0});
    CHECK(retention.next_run() == clock.steady + RetentionSchedule::interval);
    CHECK(sink.count("retention_deleted") == 0);
}

TEST_CASE_METHOD(Fixture, "a slice that failed is tried again later") {
    retention.run();
    log.slices[0].done(Error{Errc::unavailable, "The disk is full"});
    CHECK(retention.next_run() == clock.steady + RetentionSchedule::interval);
    clock.steady += RetentionSchedule::interval;
    retention.run();
    CHECK(log.slices.size() == 2);
}

TEST_CASE_METHOD(Fixture, "messages that are kept for ever are never deleted") {
    Retention forever(log, clock, events, Milliseconds{0});
    CHECK_FALSE(forever.next_run());
    forever.run();
    CHECK(log.slices.empty());
}

}  // namespace notifyd::history
