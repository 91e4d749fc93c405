// The storage thread: takes everything that is waiting, writes it in one transaction, syncs once and reports the
// outcome. The next group gathers during the sync; there is no timer, so groups grow with the load.
// Thread: hand_over and writable from any; start and stop from the owner; everything else on the storage thread.
// Fails:  a commit that fails for a possibly transient reason is retried twice; then its requests are answered, an
// event is emitted, and the thread continues. After a failed sync or in a corrupt file, nothing is written any more:
// every request is refused at once. So it is while the database's files are not in place.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/runtime/handover_queue.hpp"

#include "admission.hpp"
#include "batch_writer.hpp"
#include "checkpointer.hpp"
#include "file_watch.hpp"
#include "requests.hpp"
#include "sync_failure.hpp"

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
    // How often the database's files are checked while nothing is committed; every commit checks them, too.
    std::chrono::milliseconds watch_interval{1'000};
    // Before the second and the third attempt at a commit.
    std::array<std::chrono::milliseconds, 2> pauses{std::chrono::milliseconds(20), std::chrono::milliseconds(100)};
};

class CommitThread {
  public:
    CommitThread(BatchWriter& writer,
                 Checkpointer& checkpointer,
                 FileWatch& files,
                 Admission& admission,
                 SyncFailure& sync_failure,
                 const CommitTimes& times,
                 const Clock& clock,
                 observability::Events& events);

    void start(ports::CommitListener& listener);
    // Commits and answers everything handed over, then ends the thread.
    void stop();

    // False: stopped, and the batch is left untouched.
    [[nodiscard]] bool hand_over(Batch&& batch) { return queue_.push(std::move(batch)); }
    [[nodiscard]] bool writable() const { return writable_.load(std::memory_order_relaxed) && !is_over(); }

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
    [[nodiscard]] BatchWriter::Written write(std::vector<Delivery>& deliveries);
    [[nodiscard]] BatchWriter::Written write_once(std::vector<Delivery>& deliveries);
    // Whether nothing will ever be written again.
    [[nodiscard]] bool is_over() const {
        return corrupt_.load(std::memory_order_relaxed) || sync_failure_.has_happened();
    }
    [[nodiscard]] bool are_files_in_place();
    void note_fault();
    void fail(std::size_t rows);
    void set_writable();
    // Updates memory that mirrors the tables.
    void update_memory();
    void notify_listener(std::vector<Delivery> deliveries);
    void give_back(Outcome outcome);
    // Nothing can be written now, but that may change.
    [[nodiscard]] bool may_recover() const { return !writable() && !is_over(); }
    [[nodiscard]] bool is_probe_due() const { return may_recover() && clock_.steady_now() >= next_probe_; }
    [[nodiscard]] bool is_watch_due() const { return !lost_ && clock_.steady_now() >= next_watch_; }
    void probe();

    BatchWriter& writer_;
    Checkpointer& checkpointer_;
    FileWatch& files_;
    Admission& admission_;
    SyncFailure& sync_failure_;
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
    bool lost_ = false;  // the files were not in place at the last check
    // Of the commit after which the loss was noticed: refused, but delivered if the files come back with it.
    std::vector<Delivery> withheld_;

    std::atomic<bool> writable_{true};
    std::atomic<bool> corrupt_{false};
    std::atomic<std::uint64_t> commits_{0};
    std::atomic<std::uint64_t> commits_failed_{0};
    std::atomic<std::uint64_t> rows_{0};
    std::thread thread_;
};

}  // namespace notifyd::storage
