// The storage thread: takes everything that is waiting, has the engine write it in one transaction and make it durable
// once, and reports the outcome. The next group gathers meanwhile; there is no timer, so groups grow with the load.
// Thread: hand_over and writable from any; start and stop from the owner; everything else on the storage thread.
// Fails:  a commit that fails for a possibly transient reason is retried twice; then its requests are answered, an
// event is emitted, and the thread continues. Once the engine says that writing is over, every request is refused at
// once. So it is while the database is not in place.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/runtime/handover_queue.hpp"
#include "notifyd/storage/requests.hpp"
#include "notifyd/storage/write_session.hpp"

#include "admission.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

namespace notifyd::storage {

// A group ends with the batch that reaches one of these limits. A batch is never split.
inline constexpr std::size_t commit_bytes_max = 16 * 1024 * 1024;
// How long batches that need no answer wait for others: connects, pings and dead letters need no sync of their own.
inline constexpr std::chrono::milliseconds unanswered_delay{200};

struct CommitTimes {
    // How often writing is retried while it fails.
    std::chrono::milliseconds probe_interval{1'000};
    // How often the database is checked for being in place while nothing is committed; every commit checks it, too.
    std::chrono::milliseconds watch_interval{1'000};
    // Before the second and the third attempt at a commit.
    std::array<std::chrono::milliseconds, 2> pauses{std::chrono::milliseconds(20), std::chrono::milliseconds(100)};
};

class CommitThread {
  public:
    CommitThread(WriteSession& writer,
                 Admission& admission,
                 const CommitTimes& times,
                 const Clock& clock,
                 observability::Events& events);

    void start(ports::CommitListener& listener);
    // Commits and answers everything handed over, then ends the thread.
    void stop();

    // False: stopped, and the batch is left untouched.
    [[nodiscard]] bool hand_over(Batch&& batch) { return queue_.push(std::move(batch)); }
    [[nodiscard]] bool writable() const { return writable_.load(std::memory_order_relaxed) && !writer_.is_over(); }

    [[nodiscard]] std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t commits_failed() const { return commits_failed_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t rows() const { return rows_.load(std::memory_order_relaxed); }

  private:
    using Waited = runtime::HandoverQueue<Batch>::Waited;

    void run();
    [[nodiscard]] std::optional<std::chrono::milliseconds> patience() const;
    void form_group();
    [[nodiscard]] bool is_unanswered_due(Waited waited) const;
    void commit();
    [[nodiscard]] WriteSession::Written write(std::vector<Delivery>& deliveries);
    [[nodiscard]] WriteSession::Written write_once(std::vector<Delivery>& deliveries);
    [[nodiscard]] bool is_database_in_place();
    void fail(std::size_t rows);
    void set_writable();
    // Updates memory that mirrors the tables, and gathers what the jobs deliver.
    void update_memory(std::vector<Delivery>& deliveries);
    void gather_deliveries(WriteJob& job, std::vector<Delivery>& deliveries);
    void notify_listener(std::vector<Delivery> deliveries);
    void give_back(Outcome outcome);
    // Nothing can be written now, but that may change.
    [[nodiscard]] bool may_recover() const { return !writable() && !writer_.is_over(); }
    [[nodiscard]] bool is_probe_due() const { return may_recover() && clock_.steady_now() >= next_probe_; }
    [[nodiscard]] bool is_watch_due() const { return !lost_ && clock_.steady_now() >= next_watch_; }
    void probe();

    WriteSession& writer_;
    Admission& admission_;
    const CommitTimes times_;
    const Clock& clock_;
    observability::Events& events_;
    ports::CommitListener* listener_ = nullptr;

    runtime::HandoverQueue<Batch> queue_;
    std::deque<Batch> taken_;
    std::vector<Batch> unanswered_;  // batches that need no answer, waiting for others
    std::size_t unanswered_requests_ = 0;
    SteadyTime unanswered_since_;
    std::vector<Batch> group_;

    SteadyTime failure_reported_;           // by an event
    std::size_t connection_rows_lost_ = 0;  // since then
    SteadyTime next_probe_;                 // while nothing can be written
    SteadyTime next_watch_;
    bool lost_ = false;  // the database was not in place at the last check
    // Of the commit after which the loss was noticed: refused, but delivered if the database comes back with it.
    std::vector<Delivery> withheld_;

    std::atomic<bool> writable_{true};
    std::atomic<std::uint64_t> commits_{0};
    std::atomic<std::uint64_t> commits_failed_{0};
    std::atomic<std::uint64_t> rows_{0};
    std::thread thread_;
};

}  // namespace notifyd::storage
