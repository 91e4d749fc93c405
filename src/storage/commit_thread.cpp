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

CommitThread::CommitThread(BatchWriter& writer,
                           Checkpointer& checkpointer,
                           FileWatch& files,
                           Admission& admission,
                           SyncFailure& sync_failure,
                           const CommitTimes& times,
                           PermissionChanged on_permission_changed,
                           const Clock& clock,
                           observability::Events& events)
    : writer_(writer),
      checkpointer_(checkpointer),
      files_(files),
      admission_(admission),
      sync_failure_(sync_failure),
      times_(times),
      on_permission_changed_(std::move(on_permission_changed)),
      clock_(clock),
      events_(events) {}

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
    while (true) {
        Waited waited = Waited::taken;
        if (taken_.empty()) {
            waited = queue_.take_all(taken_, patience());
        } else {
            queue_.take_ready(taken_);
        }
        form_group();
        if (!group_.empty() || connection_rows_due(waited)) {
            commit();
        } else if (waited == Waited::closed) {
            return;
        }
        if (is_watch_due()) (void)are_files_in_place();
        if (is_probe_due()) probe();
    }
}

std::optional<std::chrono::milliseconds> CommitThread::patience() const {
    std::optional<SteadyTime> until;
    const auto wake_at = [&until](SteadyTime time) { until = until ? std::min(*until, time) : time; };
    if (!connection_rows_.empty()) wake_at(connection_rows_since_ + connection_rows_delay);
    if (may_recover()) wake_at(next_probe_);
    if (!lost_) wake_at(next_watch_);
    if (!until) return std::nullopt;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*until - clock_.steady_now());
    return std::max(wait, std::chrono::milliseconds(0));
}

// Moves batches into the next group, in their order. Those of connection rows alone are set aside while the group is
// empty: they go in front of it, so one that comes behind a batch of the group must stay behind it.
void CommitThread::form_group() {
    std::size_t rows = 0;
    std::size_t bytes = 0;
    while (!taken_.empty() && rows < limits::commit_rows_max && bytes < commit_bytes_max) {
        Batch batch = std::move(taken_.front());
        taken_.pop_front();
        if (batch.answers_wanted == 0 && group_.empty()) {
            if (connection_rows_.empty()) connection_rows_since_ = clock_.steady_now();
            connection_rows_count_ += batch.requests.size();
            connection_rows_.push_back(std::move(batch));
            if (connection_rows_count_ >= limits::commit_rows_max) return;
        } else {
            rows += batch.requests.size();
            bytes += batch.bytes;
            group_.push_back(std::move(batch));
        }
    }
}

bool CommitThread::connection_rows_due(Waited waited) const {
    if (connection_rows_.empty()) return false;
    return waited != Waited::taken || connection_rows_count_ >= limits::commit_rows_max ||
           clock_.steady_now() - connection_rows_since_ >= connection_rows_delay;
}

void CommitThread::commit() {
    // The rows that waited were handed over before anything of their loop in the group, so they go first.
    group_.insert(group_.begin(),
                  std::make_move_iterator(connection_rows_.begin()),
                  std::make_move_iterator(connection_rows_.end()));
    connection_rows_.clear();
    connection_rows_count_ = 0;
    std::size_t rows = 0;
    std::size_t answers_wanted = 0;
    for (const Batch& batch : group_) {
        rows += batch.requests.size();
        answers_wanted += batch.answers_wanted;
    }

    std::vector<Delivery> deliveries;
    const BatchWriter::Written written = write(deliveries);
    if (written == BatchWriter::Written::failed) return fail(rows);
    // After the sync: what is in place now was in place when it was written.
    if (written == BatchWriter::Written::rows && !are_files_in_place()) {
        // The open file has the rows, and everything that is judged later is judged by it.
        tell_memory();
        withheld_ = std::move(deliveries);
        return fail(rows);
    }
    if (written == BatchWriter::Written::rows) {
        // A connection row may find room on a disk that is too full for messages, and what changes nothing needs none.
        if (answers_wanted > 0 && checkpointer_.has_grown()) set_writable();
        commits_.fetch_add(1, std::memory_order_relaxed);
        rows_.fetch_add(rows, std::memory_order_relaxed);
    }
    tell_memory();
    tell_gave_way();
    tell_listener(std::move(deliveries));
    give_back(Outcome::committed);
    checkpointer_.after_commit(writer_.has_shrunk());
}

// A fault that may pass gets two more tries, unless writing did not work before: then publishers have waited enough.
BatchWriter::Written CommitThread::write(std::vector<Delivery>& deliveries) {
    const bool worked_before = writable();
    BatchWriter::Written written = write_once(deliveries);
    for (const auto pause : times_.pauses) {
        const bool again = written == BatchWriter::Written::failed && worked_before && !is_over() && !lost_ &&
                           writer_.failure().fault == Fault::passing;
        if (!again) break;
        std::this_thread::sleep_for(pause);
        checkpointer_.make_room();
        written = write_once(deliveries);
    }
    return written;
}

BatchWriter::Written CommitThread::write_once(std::vector<Delivery>& deliveries) {
    if (is_over() || lost_) return BatchWriter::Written::failed;
    checkpointer_.before_transaction();
    const BatchWriter::Written written = writer_.write(group_, deliveries);
    // What another program has done to the files is not to be mistaken for a fault of the disk.
    if (written == BatchWriter::Written::failed && are_files_in_place()) note_fault();
    // A checkpoint's sync may have failed meanwhile.
    return is_over() ? BatchWriter::Written::failed : written;
}

bool CommitThread::are_files_in_place() {
    const SteadyTime now = clock_.steady_now();
    next_watch_ = now + times_.watch_interval;
    if (files_.look()) {
        lost_ = false;
        return true;
    }
    if (lost_) return false;
    lost_ = true;
    next_probe_ = now + times_.probe_interval;
    writable_.store(false, std::memory_order_relaxed);
    events_.emit(observability::DatabaseLost{files_.loss()});
    switch (files_.rescue()) {
        case FileWatch::Rescue::copy:
            checkpointer_.rescue(Checkpointer::Rescue::copy);
            break;
        case FileWatch::Rescue::cut:
            checkpointer_.rescue(Checkpointer::Rescue::cut);
            break;
        case FileWatch::Rescue::none:
            break;
    }
    return false;
}

void CommitThread::note_fault() {
    switch (writer_.failure().fault) {
        case Fault::failed_sync:
            sync_failure_.report(writer_.failure().what);
            break;
        case Fault::corrupt:
            corrupt_.store(true, std::memory_order_relaxed);
            events_.emit(observability::StorageError{writer_.failure().what + ": nothing is written any more"});
            break;
        case Fault::passing:
        case Fault::refused:
            break;
    }
}

void CommitThread::fail(std::size_t rows) {
    // Once when it begins, then once a second: publishers that try again must not fill the log.
    constexpr std::chrono::seconds event_interval{1};
    for (const Batch& batch : group_) {
        connection_rows_lost_ += batch.requests.size() - batch.answers_wanted - batch.letters;
    }
    const SteadyTime now = clock_.steady_now();
    const bool worked_before = writable_.exchange(false, std::memory_order_relaxed);
    if (worked_before) next_probe_ = now + times_.probe_interval;
    const bool tells = !lost_ && (worked_before || now - failure_told_ >= event_interval);
    if (tells) {
        failure_told_ = now;
        events_.emit(observability::CommitFailed{writer_.failure().what, static_cast<std::int64_t>(rows)});
        if (connection_rows_lost_ > 0) {
            events_.emit(observability::StorageError{std::to_string(connection_rows_lost_) +
                                                     " connection rows were dropped: not stored"});
            connection_rows_lost_ = 0;
        }
    }
    commits_failed_.fetch_add(1, std::memory_order_relaxed);
    std::size_t letters = 0;
    for (const Batch& batch : group_) letters += batch.letters;
    if (letters > 0) events_.emit(observability::DeadLettersDropped{static_cast<std::int64_t>(letters), "not stored"});
    give_back(is_over() ? Outcome::refused : Outcome::failed);
}

void CommitThread::tell_gave_way() {
    for (const GaveWay& gave_way : writer_.take_letters_gave_way()) {
        const bool table_full = gave_way.why == GaveWay::Why::table_full;
        events_.emit(observability::DeadLettersGaveWay{.user = gave_way.user,
                                                       .queue = gave_way.queue,
                                                       .letters = static_cast<std::int64_t>(gave_way.letters),
                                                       .reason = table_full ? "table_full" : "recipient_full"});
    }
}

void CommitThread::set_writable() {
    if (!writable_.exchange(true, std::memory_order_relaxed)) events_.emit(observability::StorageRecovered{});
}

void CommitThread::tell_memory() {
    // The row is stored and must be answered, whatever comes of this.
    const auto guarded = [this](const auto& step) {
        try {
            step();
        } catch (const std::exception& error) {
            events_.emit(observability::ExceptionCaught{"change of permissions", error.what()});
        }
    };
    const auto tell = [&](const UserId& user, const TopicName& topic, std::optional<Role> role) {
        if (on_permission_changed_) guarded([&] { on_permission_changed_(user, topic, role); });
    };
    for (const Batch& batch : group_) {
        if (!batch.changes_memory) continue;
        for (const WriteRequest& request : batch.requests) {
            if (const auto* granted = std::get_if<GrantRequest>(&request); granted && !granted->refused.has_value()) {
                for (const Permission& row : granted->grant.rows) tell(row.user, row.topic, row.role);
            }
            if (const auto* revoked = std::get_if<RevokeRequest>(&request); revoked && !revoked->refused) {
                tell(revoked->revocation.user, revoked->revocation.topic, std::nullopt);
            }
            if (const auto* job = std::get_if<std::unique_ptr<WriteJob>>(&request)) {
                guarded([&] { (*job)->committed(); });
            }
        }
    }
}

void CommitThread::tell_listener(std::vector<Delivery> deliveries) {
    if (deliveries.empty()) return;
    try {
        listener_->committed(std::move(deliveries));
    } catch (const std::exception& error) {
        // The messages are stored and must be answered all the same.
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
        if (!are_files_in_place()) return;
        tell_listener(std::exchange(withheld_, {}));
    }
    checkpointer_.make_room();
    const bool written = writer_.probe() == BatchWriter::Written::rows;
    if (!are_files_in_place()) return;
    if (written) {
        set_writable();
    } else {
        note_fault();
    }
}

}  // namespace notifyd::storage
