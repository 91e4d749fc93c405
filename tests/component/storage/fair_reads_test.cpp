// Reads are served user by user: each waits for one read of every other user, not for all of them. Judged by the order
// in which reader threads take them, not by time. Seen to fail with one queue for all (every read under one key): both
// threads were held up by the first user's reads.
#include "../../../src/storage/reader_pool.hpp"
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace notifyd::storage::testing {

namespace {

// A door that jobs wait at; a wait has a limit, after which the door opens for all.
class Door {
  public:
    void open() {
        {
            const std::lock_guard lock(mutex_);
            open_ = true;
        }
        opened_.notify_all();
    }
    // False: the limit was reached.
    bool wait() {
        std::unique_lock lock(mutex_);
        const bool in_time = opened_.wait_for(lock, std::chrono::seconds(60), [this] { return open_; });
        open_ = true;
        return in_time;
    }

  private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false;
};

class Pool final : public ReadOwner {
  public:
    explicit Pool(std::size_t reads_waiting_max) : pool_(*engine_, reads_waiting_max, events_) {}
    ~Pool() override { pool_.stop(); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    void start() { pool_.start(); }
    void stop() { pool_.stop(); }
    // `work` runs on a reader thread.
    template <class Work>
    runtime::Handover submit(const std::string& user, Work work, IfBusy if_busy = IfBusy::refuse) {
        ReadJob job{this, UserId(user), if_busy, [work](ReadTables*, const Error&) mutable -> runtime::Task {
                        work();
                        return [] {};
                    }};
        return pool_.submit(std::move(job));
    }
    void take(runtime::Task) override {
        const std::lock_guard lock(mutex_);
        ++answered_;
        changed_.notify_all();
    }
    [[nodiscard]] bool wait_for_answers(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return answered_ >= count; });
    }
    [[nodiscard]] std::size_t waiting() const { return pool_.waiting(); }

  private:
    const TestDatabase database_;
    SystemClock clock_;
    observability::RecordingSink sink_;
    observability::Events events_{sink_, clock_};
    const std::unique_ptr<Engine> engine_ = database_.open({}, clock_, events_);
    std::mutex mutex_;
    std::condition_variable changed_;
    int answered_ = 0;
    ReaderPool pool_;
};

}  // namespace

TEST_CASE("a read waits for at most one of another user's thousand reads per reader thread") {
    constexpr int greedy_reads = 1'000;
    Pool pool(10'000);
    Door second_served;
    std::atomic<int> greedy_begun{0};
    std::atomic<int> begun_before{-1};
    std::atomic<bool> in_time{true};
    for (int i = 0; i < greedy_reads; ++i) {
        const auto verdict = pool.submit("greedy", [&] {
            greedy_begun.fetch_add(1);
            if (!second_served.wait()) in_time = false;
        });
        REQUIRE(verdict == runtime::Handover::taken);
    }
    const auto second = [&] {
        begun_before = greedy_begun.load();
        second_served.open();
    };
    REQUIRE(pool.submit("second", second) == runtime::Handover::taken);
    pool.start();
    REQUIRE(pool.wait_for_answers(greedy_reads + 1));
    CHECK(in_time);
    CHECK(begun_before <= 2);
}

TEST_CASE("one user cannot use up the queue, and reads that must wait are never refused") {
    Pool pool(100);
    std::atomic<int> served{0};
    const auto read = [&] { ++served; };
    int taken = 0;
    while (pool.submit("greedy", read) == runtime::Handover::taken) ++taken;
    CHECK(taken == 20);
    CHECK(pool.submit("greedy", read) == runtime::Handover::share_used);
    CHECK(pool.submit("second", read) == runtime::Handover::taken);
    CHECK(pool.submit("greedy", read, IfBusy::wait) == runtime::Handover::taken);
    CHECK(pool.waiting() == 22);
    pool.start();
    CHECK(pool.wait_for_answers(22));
    pool.stop();
    CHECK(served == 22);
    CHECK(pool.submit("second", read) == runtime::Handover::closed);
    CHECK(pool.submit("second", read, IfBusy::wait) == runtime::Handover::closed);
}

TEST_CASE("a user with too many waiting reads is asked to wait, and a full server says so") {
    CHECK(refusal_of(runtime::Handover::share_used).code == Errc::rate_limited);
    CHECK(refusal_of(runtime::Handover::share_used).retry_after >= std::chrono::seconds(1));
    CHECK(refusal_of(runtime::Handover::full).code == Errc::unavailable);
    CHECK(refusal_of(runtime::Handover::closed).code == Errc::unavailable);
}

}  // namespace notifyd::storage::testing
