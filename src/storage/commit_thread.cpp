// Group commit.
#include "commit_thread.hpp"

#include "notifyd/core/this_thread.hpp"
#include "notifyd/observability/events/messages.hpp"
#include "notifyd/observability/events/server.hpp"
#include "notifyd/observability/events/storage.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace notifyd::storage {

CommitThread::CommitThread(WriteSession& writer,
                           Admission& admission,
                           const CommitTimes& times,
                           const Clock& clock,
                           observability::Events& events)
    : writer_(writer), admission_(admission), times_(times), clock_(clock), events_(events) {}

void CommitThread::start(ports::CommitListener& listener) {
    listener_ = &listener;
    thread_ = std::thread([this] { run(); });
}

void CommitThread::stop() {
    queue_.close();
    if (thread_.joinable()) thread_.join();
}

void CommitThread::run() {
    this_thread::set_name("storage");
    // On a core shared with a loop, the storage thread would interrupt the loop's turn when it wakes up. Instead it
    // waits, and the next group grows meanwhile.
    this_thread::run_in_background();
    while (true) {
        Waited waited = Waited::taken;
        if (taken_.empty()) {
            waited = queue_.take_all(taken_, patience());
        } else {
            queue_.take_ready(taken_);
        }
        form_group();
        if (!group_.empty() || is_unanswered_due(waited)) {
            commit();
        } else if (waited == Waited::closed) {
            return;
        }
        if (is_watch_due()) (void)is_database_in_place();
        if (is_probe_due()) probe();
    }
}

std::optional<std::chrono::milliseconds> CommitThread::patience() const {
    std::optional<SteadyTime> until;
    const auto wake_at = [&until](SteadyTime time) { until = until ? std::min(*until, time) : time; };
    if (!unanswered_.empty()) wake_at(unanswered_since_ + unanswered_delay);
    if (may_recover()) wake_at(next_probe_);
    if (!lost_) wake_at(next_watch_);
    if (!until) return std::nullopt;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*until - clock_.steady_now());
    return std::max(wait, std::chrono::milliseconds(0));
}

// Moves batches into the next group, in order. Batches that need no answer are set aside while the group is empty, and
// will be committed before it; one that follows a batch of the group must stay after it.
void CommitThread::form_group() {
    std::size_t rows = 0;
    std::size_t bytes = 0;
    while (!taken_.empty() && rows < limits::commit_rows_max && bytes < commit_bytes_max) {
        Batch batch = std::move(taken_.front());
        taken_.pop_front();
        if (batch.answers_wanted == 0 && group_.empty()) {
            if (unanswered_.empty()) unanswered_since_ = clock_.steady_now();
            unanswered_requests_ += batch.requests.size();
            unanswered_.push_back(std::move(batch));
            if (unanswered_requests_ >= limits::commit_rows_max) return;
        } else {
            rows += batch.requests.size();
            bytes += batch.bytes;
            group_.push_back(std::move(batch));
        }
    }
}

bool CommitThread::is_unanswered_due(Waited waited) const {
    if (unanswered_.empty()) return false;
    return waited != Waited::taken || unanswered_requests_ >= limits::commit_rows_max ||
           clock_.steady_now() - unanswered_since_ >= unanswered_delay;
}

void CommitThread::commit() {
    // The waiting batches were handed over before any batch of their loop in the group, so they go first.
    group_.insert(
        group_.begin(), std::make_move_iterator(unanswered_.begin()), std::make_move_iterator(unanswered_.end()));
    unanswered_.clear();
    unanswered_requests_ = 0;
    std::size_t rows = 0;
    std::size_t answers_wanted = 0;
    for (const Batch& batch : group_) {
        rows += batch.requests.size();
        answers_wanted += batch.answers_wanted;
    }

    std::vector<Delivery> deliveries;
    const WriteSession::Written written = write(deliveries);
    if (written == WriteSession::Written::failed) return fail(rows);
    // Check after the commit: a database that is in place now was in place when it was written.
    if (written == WriteSession::Written::rows && !is_database_in_place()) {
        // The rows are in the database that is open, and later requests are checked against them.
        update_memory(deliveries);
        withheld_ = std::move(deliveries);
        return fail(rows);
    }
    if (written == WriteSession::Written::rows) {
        // Otherwise this proves nothing: a connection row may fit on a disk that is too full for messages, and a commit
        // without changes needs no space.
        if (answers_wanted > 0 && writer_.needed_space()) set_writable();
        commits_.fetch_add(1, std::memory_order_relaxed);
        rows_.fetch_add(rows, std::memory_order_relaxed);
    }
    update_memory(deliveries);
    writer_.report();
    notify_listener(std::move(deliveries));
    give_back(Outcome::committed);
    writer_.after_commit();
}

// A possibly transient fault gets two more attempts, unless writing was failing before: then publishers have waited
// enough.
WriteSession::Written CommitThread::write(std::vector<Delivery>& deliveries) {
    const bool worked_before = writable();
    WriteSession::Written written = write_once(deliveries);
    for (const auto pause : times_.pauses) {
        const bool again = written == WriteSession::Written::failed && worked_before && !writer_.is_over() && !lost_ &&
                           writer_.may_pass();
        if (!again) break;
        std::this_thread::sleep_for(pause);
        writer_.make_room();
        written = write_once(deliveries);
    }
    return written;
}

WriteSession::Written CommitThread::write_once(std::vector<Delivery>& deliveries) {
    if (writer_.is_over() || lost_) return WriteSession::Written::failed;
    const WriteSession::Written written = writer_.write(group_, deliveries);
    // Another program's interference with the database must not be mistaken for a fault of the disk.
    if (written == WriteSession::Written::failed && is_database_in_place()) writer_.judge_failure();
    // Writing may have ended meanwhile, on one of the engine's own threads.
    return writer_.is_over() ? WriteSession::Written::failed : written;
}

bool CommitThread::is_database_in_place() {
    const SteadyTime now = clock_.steady_now();
    next_watch_ = now + times_.watch_interval;
    if (writer_.is_in_place()) {
        lost_ = false;
        return true;
    }
    if (lost_) return false;
    lost_ = true;
    next_probe_ = now + times_.probe_interval;
    writable_.store(false, std::memory_order_relaxed);
    events_.emit(observability::DatabaseLost{writer_.loss()});
    writer_.rescue();
    return false;
}

void CommitThread::fail(std::size_t rows) {
    // Emitted at the first failure and then once per second, so that retrying publishers cannot flood the log.
    constexpr std::chrono::seconds event_interval{1};
    for (const Batch& batch : group_) {
        connection_rows_lost_ += batch.connection_rows();
    }
    const SteadyTime now = clock_.steady_now();
    const bool worked_before = writable_.exchange(false, std::memory_order_relaxed);
    if (worked_before) next_probe_ = now + times_.probe_interval;
    const bool reports = !lost_ && (worked_before || now - failure_reported_ >= event_interval);
    if (reports) {
        failure_reported_ = now;
        events_.emit(observability::CommitFailed{writer_.failure(), static_cast<std::int64_t>(rows)});
        if (connection_rows_lost_ > 0) {
            events_.emit(observability::StorageError{std::to_string(connection_rows_lost_) +
                                                     " connection rows were dropped: not stored"});
            connection_rows_lost_ = 0;
        }
    }
    commits_failed_.fetch_add(1, std::memory_order_relaxed);
    std::size_t letters = 0;
    for (const Batch& batch : group_) letters += batch.letters.size();
    if (letters > 0) events_.emit(observability::DeadLettersDropped{static_cast<std::int64_t>(letters), "not stored"});
    give_back(writer_.is_over() ? Outcome::refused : Outcome::failed);
}

void CommitThread::set_writable() {
    if (!writable_.exchange(true, std::memory_order_relaxed)) events_.emit(observability::StorageRecovered{});
}

void CommitThread::update_memory(std::vector<Delivery>& deliveries) {
    for (const Batch& batch : group_) {
        if (!batch.has_jobs) continue;
        for (const WriteRequest& request : batch.requests) {
            const auto* const job = std::get_if<std::unique_ptr<WriteJob>>(&request);
            if (job == nullptr) continue;
            (*job)->committed();
            gather_deliveries(**job, deliveries);
        }
    }
}

void CommitThread::gather_deliveries(WriteJob& job, std::vector<Delivery>& deliveries) {
    try {
        job.deliver(deliveries);
    } catch (const std::exception& error) {
        // What it would have delivered is stored and must be answered nonetheless.
        events_.emit(observability::ExceptionCaught{"delivery of a stored change", error.what()});
    }
}

void CommitThread::notify_listener(std::vector<Delivery> deliveries) {
    if (deliveries.empty()) return;
    try {
        listener_->committed(std::move(deliveries));
    } catch (const std::exception& error) {
        // The messages are stored and must be answered nonetheless.
        events_.emit(observability::ExceptionCaught{"commit listener", error.what()});
    }
}

void CommitThread::give_back(Outcome outcome) {
    for (Batch& batch : group_) {
        admission_.release(batch);
        if (batch.answers_wanted == 0) continue;
        batch.outcome = outcome;
        BatchOwner& owner = *batch.owner;
        owner.give_back(std::move(batch));
    }
    group_.clear();
}

void CommitThread::probe() {
    next_probe_ = clock_.steady_now() + times_.probe_interval;
    if (lost_) {
        if (!is_database_in_place()) return;
        notify_listener(std::exchange(withheld_, {}));
    }
    writer_.make_room();
    const bool written = writer_.probe() == WriteSession::Written::rows;
    if (!is_database_in_place()) return;
    if (written) {
        set_writable();
    } else {
        writer_.judge_failure();
    }
}

}  // namespace notifyd::storage
