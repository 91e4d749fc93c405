#include "notifyd/history/retention.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/history/retention_duties.hpp"
#include "notifyd/observability/recording_sink.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace notifyd::history {

namespace {

using namespace std::chrono_literals;

constexpr EpochMs noon = 1'769'860'800'000;
constexpr std::size_t full = limits::retention_slice_rows;
constexpr std::size_t full_pages = limits::reclaim_slice_pages;

class FakeClock final : public Clock {
  public:
    [[nodiscard]] EpochMs now_ms() const override { return wall; }
    [[nodiscard]] SteadyTime steady_now() const override { return steady; }

    void advance(std::chrono::steady_clock::duration time) {
        steady += time;
        wall += std::chrono::duration_cast<Milliseconds>(time).count();
    }

    EpochMs wall = noon;
    SteadyTime steady{1h};
};

struct Slice {
    EpochMs cutoff = 0;
    std::size_t rows_max = 0;
    UniqueFunction<void(Result<std::size_t>)> done;
};

// The fakes keep their requests until the test answers them.
class FakeLog final : public ports::MessageLog {
  public:
    void append(MessagePtr, ports::AppendDone) override {}
    [[nodiscard]] bool has_room(std::size_t) const override { return true; }
    [[nodiscard]] bool is_writable() const override { return true; }
    void delete_expired(EpochMs cutoff, std::size_t rows_max, UniqueFunction<void(Result<std::size_t>)> done) override {
        slices.push_back({cutoff, rows_max, std::move(done)});
    }

    std::vector<Slice> slices;
};

class FakeLetters final : public ports::DeadLetterStore {
  public:
    void list(ports::DeadLetterQuery, UniqueFunction<void(Result<DeadLetterPage>)>) override {}
    void find(Uuid, UniqueFunction<void(Result<std::optional<DeadLetter>>)>) override {}
    void remove(Uuid, UniqueFunction<void(Result<bool>)>) override {}
    void failed_again(Uuid, EpochMs, std::string, UniqueFunction<void(Result<void>)>) override {}
    void delete_expired(EpochMs cutoff, std::size_t rows_max, UniqueFunction<void(Result<std::size_t>)> done) override {
        slices.push_back({cutoff, rows_max, std::move(done)});
    }

    std::vector<Slice> slices;
};

class FakeTickets final : public ports::TicketStore {
  public:
    void issue(ports::Ticket, std::size_t, UniqueFunction<void(Result<ports::TicketIssue>)>) override {}
    void find(Uuid, UserId, UniqueFunction<void(Result<std::optional<ports::FoundTicket>>)>) override {}
    void use(Uuid, EpochMs, UniqueFunction<void(Result<bool>)>) override {}
    void revoke(UserId, EpochMs, UniqueFunction<void(Result<std::size_t>)>) override {}
    void delete_expired(EpochMs cutoff, std::size_t rows_max, UniqueFunction<void(Result<std::size_t>)> done) override {
        slices.push_back({cutoff, rows_max, std::move(done)});
    }

    std::vector<Slice> slices;
};

class FakeDisk final : public ports::DiskSpace {
  public:
    void reclaim(std::size_t pages_max, UniqueFunction<void(Result<std::size_t>)> done) override {
        slices.push_back({0, pages_max, std::move(done)});
    }

    std::vector<Slice> slices;
};

struct Fixture {
    FakeClock clock;
    FakeClock lifetimes;
    FakeLog log;
    FakeLetters letters;
    FakeTickets tickets;
    FakeDisk disk;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};
    Retention retention{duties(30s, 10s), clock, std::nullopt, events};

    std::vector<RetentionDuty> duties(Milliseconds keep_messages, Milliseconds keep_letters) {
        return {expired_messages(log, keep_messages),
                expired_letters(letters, keep_letters),
                expired_tickets(tickets, lifetimes),
                freed_space(disk)};
    }

    void run_when_due() {
        REQUIRE(retention.next_run());
        clock.advance(std::max(*retention.next_run() - clock.steady, SteadyTime::duration::zero()));
        retention.run();
    }
    // Runs the slice that is due and answers it.
    void finish(std::vector<Slice>& slices, Result<std::size_t> done) {
        const std::size_t before = slices.size();
        run_when_due();
        REQUIRE(slices.size() == before + 1);
        slices.back().done(std::move(done));
    }
    [[nodiscard]] auto pause() const { return *retention.next_run() - clock.steady; }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a slice deletes what has expired") {
    CHECK(retention.next_run() == clock.steady);
    finish(log.slices, std::size_t{0});
    CHECK(log.slices[0].cutoff == noon - 30'000);
    CHECK(log.slices[0].rows_max == full);
    finish(letters.slices, std::size_t{0});
    CHECK(letters.slices[0].cutoff == clock.wall - 10'000);
    CHECK(letters.slices[0].rows_max == full);
    finish(tickets.slices, std::size_t{0});
    CHECK(tickets.slices[0].cutoff == lifetimes.wall);
    CHECK(tickets.slices[0].rows_max == full);
    finish(disk.slices, std::size_t{0});
    CHECK(disk.slices[0].rows_max == full_pages);
}

TEST_CASE_METHOD(Fixture, "only one slice is under way at a time") {
    retention.run();
    CHECK_FALSE(retention.next_run());
    clock.advance(24h);
    retention.run();
    CHECK(log.slices.size() == 1);
}

TEST_CASE_METHOD(Fixture, "full slices follow each other, a short one ends a duty, and the last duty the round") {
    for (int i = 0; i < 3; ++i) {
        finish(log.slices, full);
        CHECK(pause() == RetentionSchedule::pause_between_slices);
        retention.run();  // too early
        CHECK(log.slices.size() == static_cast<std::size_t>(i) + 1);
    }
    finish(log.slices, full - 1);
    CHECK(pause() == RetentionSchedule::pause_between_slices);
    finish(letters.slices, full);
    finish(letters.slices, std::size_t{1});
    finish(tickets.slices, full);
    finish(tickets.slices, std::size_t{1});
    finish(disk.slices, full_pages);
    CHECK(pause() == RetentionSchedule::pause_between_slices);
    finish(disk.slices, std::size_t{3});
    CHECK(pause() == RetentionSchedule::interval);
    CHECK(sink.count("retention_deleted") == 8);
    CHECK(sink.count("pages_reclaimed") == 2);
    finish(log.slices, std::size_t{0});
}

TEST_CASE_METHOD(Fixture, "deleting nothing is not an event") {
    finish(log.slices, std::size_t{0});
    finish(letters.slices, std::size_t{0});
    finish(tickets.slices, std::size_t{0});
    finish(disk.slices, std::size_t{0});
    CHECK(pause() == RetentionSchedule::interval);
    CHECK(sink.lines().empty());
}

TEST_CASE_METHOD(Fixture, "a failed slice is retried later, from the beginning") {
    const Error full_disk{Errc::unavailable, "The disk is full"};
    finish(log.slices, full_disk);
    CHECK(pause() == RetentionSchedule::interval);
    finish(log.slices, std::size_t{0});
    finish(letters.slices, full_disk);
    CHECK(pause() == RetentionSchedule::interval);
    finish(log.slices, std::size_t{0});
}

TEST_CASE_METHOD(Fixture, "what is kept for ever is never deleted") {
    Retention forever(duties(0s, 0s), clock, std::nullopt, events);
    for (int i = 0; i < 4; ++i) {
        REQUIRE(forever.next_run());
        clock.advance(*forever.next_run() - clock.steady);
        forever.run();
        if (!forever.next_run() && disk.slices.empty()) tickets.slices.back().done(std::size_t{0});
    }
    CHECK(log.slices.empty());
    CHECK(letters.slices.empty());
    CHECK(tickets.slices.size() == 1);
    CHECK(disk.slices.size() == 1);
}

TEST_CASE_METHOD(Fixture, "a clock that steps forward by less than a day deletes nothing early") {
    clock.wall += 23 * 3'600'000LL;
    finish(log.slices, std::size_t{0});
    CHECK(log.slices[0].cutoff == noon - 30'000);
    clock.advance(30min);
    finish(letters.slices, std::size_t{0});
    CHECK(letters.slices[0].cutoff == clock.wall - 23 * 3'600'000LL - 10'000);
}

// The rule used to be to wait for ever: time went on from the start, whatever the clock was set to.
TEST_CASE_METHOD(Fixture, "a clock that was set is trusted after an hour in step with the steady clock") {
    finish(log.slices, std::size_t{0});
    clock.wall += 3'600'000;
    finish(letters.slices, std::size_t{0});
    CHECK(letters.slices[0].cutoff == clock.wall - 3'600'000 - 10'000);
    finish(tickets.slices, std::size_t{0});
    finish(disk.slices, std::size_t{0});
    clock.advance(1h);
    finish(log.slices, std::size_t{0});
    CHECK(log.slices[1].cutoff == clock.wall - 30'000);
}

TEST_CASE_METHOD(Fixture, "a clock that leaps by a day or more deletes nothing for an hour, and the log says so") {
    const EpochMs leap = GENERATE(1, -1) * 40 * 24 * 3'600'000LL;
    finish(log.slices, std::size_t{0});
    clock.wall += leap;
    run_when_due();
    CHECK(letters.slices.empty());
    CHECK(sink.count("clock_leapt") == 1);
    CHECK(std::get<std::int64_t>(sink.lines().back().fields["ahead_ms"]) == leap);
    // Connection tokens do not expire by the wall clock.
    finish(tickets.slices, std::size_t{0});
    finish(disk.slices, std::size_t{0});
    clock.advance(58min);
    run_when_due();
    CHECK(log.slices.size() == 1);
    CHECK(sink.count("clock_trusted") == 0);
    clock.advance(2min);
    finish(letters.slices, std::size_t{0});
    CHECK(letters.slices[0].cutoff == clock.wall - 10'000);
    CHECK(sink.count("clock_leapt") == 1);
    CHECK(sink.count("clock_trusted") == 1);
}

TEST_CASE_METHOD(Fixture, "a clock that comes back from its leap is trusted at once") {
    finish(log.slices, std::size_t{0});
    clock.wall += 48 * 3'600'000LL;
    run_when_due();
    clock.wall -= 48 * 3'600'000LL;
    finish(tickets.slices, std::size_t{0});
    finish(disk.slices, std::size_t{0});
    finish(log.slices, std::size_t{0});
    CHECK(log.slices[1].cutoff == clock.wall - 30'000);
    CHECK(sink.count("clock_trusted") == 1);
}

TEST_CASE_METHOD(Fixture, "each further step restarts the hour") {
    finish(log.slices, std::size_t{0});
    clock.wall += 48 * 3'600'000LL;
    RetentionClock retention_clock(clock, noon, events);
    for (int i = 0; i < 4; ++i) {
        CHECK_FALSE(retention_clock.now().has_value());
        clock.advance(40min);
        CHECK_FALSE(retention_clock.now().has_value());
        clock.wall += 10'000;
    }
    CHECK_FALSE(retention_clock.now().has_value());
    clock.advance(1h);
    CHECK(retention_clock.now() == clock.wall);
}

TEST_CASE_METHOD(Fixture, "a start a day or more away from the newest message also waits for the hour") {
    const EpochMs newest = noon + GENERATE(-40, -1, 1, 40) * 24 * 3'600'000LL;
    RetentionClock retention_clock(clock, newest, events);
    CHECK_FALSE(retention_clock.now().has_value());
    CHECK(sink.count("clock_leapt") == 1);
    clock.advance(1h);
    CHECK(retention_clock.now() == clock.wall);
    CHECK(RetentionClock(clock, clock.wall - 86'399'999, events).now() == clock.wall);
    CHECK(RetentionClock(clock, std::nullopt, events).now() == clock.wall);
}

TEST_CASE_METHOD(Fixture, "clocks that drift apart slowly remain trusted") {
    RetentionClock retention_clock(clock, std::nullopt, events);
    for (int minute = 0; minute < 30 * 24 * 60; ++minute) {
        clock.advance(1min);
        clock.wall += 30;  // 500 ppm
        REQUIRE(retention_clock.now().has_value());
    }
    CHECK(retention_clock.now() == clock.wall);
}

TEST_CASE_METHOD(Fixture, "a clock that steps back deletes later") {
    clock.wall -= 3'600'000;
    retention.run();
    REQUIRE(log.slices.size() == 1);
    CHECK(log.slices[0].cutoff == noon - 3'600'000 - 30'000);
}

}  // namespace notifyd::history
