// Binds each duty to its port.
#include "notifyd/history/retention_duties.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/storage.hpp"

#include <utility>

namespace notifyd::history {

namespace {

void report_deleted(observability::Events& events, std::string_view what, std::int64_t count) {
    events.emit(observability::RetentionDeleted{count, what});
}

void report_reclaimed(observability::Events& events, std::string_view, std::int64_t count) {
    events.emit(observability::PagesReclaimed{count});
}

template <class Store>
RetentionDuty older_rows(std::string_view what, Store& store, Milliseconds keep) {
    auto start = [&store, keep](std::optional<EpochMs> now, std::size_t slice, SliceDone done) {
        constexpr Milliseconds for_ever{0};
        if (!now.has_value() || keep == for_ever) return false;
        store.delete_expired(*now - keep.count(), slice, std::move(done));
        return true;
    };
    return {what, limits::retention_slice_rows, std::move(start), report_deleted};
}

}  // namespace

RetentionDuty expired_messages(ports::MessageLog& log, Milliseconds keep) {
    return older_rows("messages", log, keep);
}

RetentionDuty expired_letters(ports::DeadLetterStore& letters, Milliseconds keep) {
    return older_rows("dead_letters", letters, keep);
}

RetentionDuty expired_notifications(ports::InboxStore& inboxes, Milliseconds keep) {
    auto start = [&inboxes, keep](std::optional<EpochMs> now, std::size_t slice, SliceDone done) {
        constexpr Milliseconds for_ever{0};
        if (!now.has_value()) return false;
        const auto cutoff = keep == for_ever ? std::nullopt : std::optional(*now - keep.count());
        inboxes.delete_expired(cutoff, now, slice, std::move(done));
        return true;
    };
    return {"notifications", limits::retention_slice_rows, std::move(start), report_deleted};
}

RetentionDuty expired_tickets(ports::TicketStore& tickets, const Clock& lifetimes) {
    auto start = [&tickets, &lifetimes](std::optional<EpochMs>, std::size_t slice, SliceDone done) {
        tickets.delete_expired(lifetimes.now_ms(), slice, std::move(done));
        return true;
    };
    return {"connection_tokens", limits::retention_slice_rows, std::move(start), report_deleted};
}

RetentionDuty freed_space(ports::DiskSpace& disk) {
    auto start = [&disk](std::optional<EpochMs>, std::size_t slice, SliceDone done) {
        disk.reclaim(slice, std::move(done));
        return true;
    };
    return {"pages", limits::reclaim_slice_pages, std::move(start), report_reclaimed};
}

}  // namespace notifyd::history
