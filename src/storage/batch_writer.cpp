// One transaction for a group of batches.
#include "batch_writer.hpp"

#include <algorithm>
#include <exception>

namespace notifyd::storage {

namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

BatchWriter::BatchWriter(Database& database,
                         History history,
                         Milliseconds deduplication_window,
                         LetterBounds letters,
                         const Clock& clock,
                         const ContinuousClock& continuous,
                         Milliseconds kept_offset)
    : database_(database),
      clock_(clock),
      transactions_(database),
      clock_offset_(database, continuous, kept_offset),
      trusted_time_(database),
      messages_(database, history),
      empty_topics_(database, messages_.topics()),
      deduplication_(database, deduplication_window, continuous),
      permissions_(database),
      connections_(database),
      letters_(database, history, letters),
      tickets_(database),
      job_tables_(database),
      free_pages_(database),
      add_ballast_(database, "INSERT OR REPLACE INTO meta (key, value) VALUES ('ballast', zeroblob(262144))"),
      drop_ballast_(database, "DELETE FROM meta WHERE key = 'ballast'") {}

bool BatchWriter::begin() {
    if (database_.in_transaction()) return true;
    if (!transactions_.begin_write()) return false;
    if (stale_ && !messages_.reload()) return false;
    stale_ = false;
    return clock_offset_.follow();
}

bool BatchWriter::commit() {
    if (!transactions_.commit()) return false;
    clock_offset_.keep();
    return true;
}

void BatchWriter::undo() {
    transactions_.roll_back();
    clock_offset_.forget();
    trusted_time_.forget();
    deduplication_.forget();
    permissions_.forget();
    letters_.forget();
    stale_ = true;
}

bool BatchWriter::write(AppendRequest& request, std::vector<Delivery>& deliveries) {
    const Message& message = *request.message;
    const bool guarded = deduplication_.guards(message);
    PageCursor at;
    request.appended = {};
    if (guarded) {
        if (!begin() || !deduplication_.find(*message.deduplication, request.appended)) return false;
        if (request.appended.duplicate_of.has_value()) return true;
    }
    if (messages_.writes(message) && (!begin() || !messages_.append(message, request.appended.sequence, at))) {
        return false;
    }
    if (guarded && !deduplication_.insert(message, request.appended.sequence)) return false;
    if (is_delivered_by_commit(message)) {
        deliveries.push_back({request.message, request.appended.sequence, at});
    }
    return true;
}

bool BatchWriter::write(ExpireRequest& request) {
    std::size_t topics_deleted = 0;
    return begin() && trusted_time_.note(clock_.now_ms()) &&
           messages_.delete_expired(request.cutoff, clock_.now_ms(), request.rows_max, request.deleted) &&
           empty_topics_.sweep(request.rows_max, topics_deleted) && deduplication_.expire(request.rows_max);
}

bool BatchWriter::write(GrantRequest& request) {
    request.refused.reset();
    return begin() && permissions_.grant(request.grant, request.refused);
}

bool BatchWriter::write(RevokeRequest& request) {
    request.refused.reset();
    request.removed = false;
    return begin() && permissions_.revoke(request.revocation, request.refused, request.removed);
}

void BatchWriter::find_ends(const std::vector<Batch>& group) {
    ends_.clear();
    for (const Batch& batch : group) {
        if (batch.row_bytes == 0) continue;
        for (const WriteRequest& request : batch.requests) {
            const auto* row = std::get_if<std::unique_ptr<ConnectionRequest>>(&request);
            if (row == nullptr) continue;
            if (const auto* end = std::get_if<ConnectionEnd>(&(*row)->change)) ends_.emplace(end->id, Begins::before);
        }
    }
}

bool BatchWriter::leaves_no_row(const ConnectionRequest& request) {
    const auto id = std::visit([](const auto& change) { return change.id; }, request.change);
    const auto end = ends_.find(id);
    if (end == ends_.end()) return false;
    if (std::holds_alternative<ports::ConnectionRow>(request.change)) end->second = Begins::within;
    const bool begins_within = end->second == Begins::within;
    if (std::holds_alternative<ConnectionEnd>(request.change)) ends_.erase(end);
    return begins_within;
}

bool BatchWriter::write(ConnectionRequest& request) {
    if (leaves_no_row(request)) return true;
    if (!begin()) return false;
    return std::visit(Overloaded{[this](const ports::ConnectionRow& row) { return connections_.opened(row); },
                                 [this](const ConnectionTopics& change) {
                                     return connections_.topics_changed(change.id, change.topics);
                                 },
                                 [this](const ConnectionPing& ping) { return connections_.pinged(ping.id, ping.at); },
                                 [this](const ConnectionEnd& end) { return connections_.closed(end.id); }},
                      request.change);
}

bool BatchWriter::write(LetterRequest& request) {
    if (!begin()) return false;
    return std::visit(Overloaded{[this](const DeadLetter& letter) { return letters_.add(letter); },
                                 [this](RemoveLetter& change) { return letters_.remove(change.id, change.removed); },
                                 [this](LetterFailedAgain& change) {
                                     return letters_.failed_again(change.id, change.at, change.reason);
                                 },
                                 [this](ExpireLetters& change) {
                                     return letters_.delete_expired(change.cutoff, change.rows_max, change.deleted);
                                 }},
                      request.change);
}

bool BatchWriter::write(TicketRequest& request) {
    if (!begin()) return false;
    return std::visit(
        Overloaded{
            [this](IssueTicket& change) { return tickets_.issue(change.ticket, change.per_minute, change.issue); },
            [this](UseTicket& change) { return tickets_.use(change.id, change.now, change.used); },
            [this](RevokeTickets& change) { return tickets_.revoke_all(change.user, change.now, change.revoked); },
            [this](ExpireTickets& change) {
                return tickets_.delete_expired(change.cutoff, change.rows_max, change.deleted);
            }},
        request.change);
}

bool BatchWriter::write(WriteJob& job) {
    return begin() && job.write(job_tables_);
}

bool BatchWriter::write(ReclaimRequest& request) {
    request.given = 0;
    std::size_t surplus = 0;
    if (!free_pages_.count_surplus(surplus)) return false;
    if (surplus == 0) return true;
    if (!begin() || !free_pages_.give_back(std::min(surplus, request.pages_max), request.given)) return false;
    has_shrunk_ = surplus <= request.pages_max;
    return true;
}

bool BatchWriter::write_requests(std::vector<Batch>& group, std::vector<Delivery>& deliveries) {
    const Overloaded write_one{[&](AppendRequest& request) { return write(request, deliveries); },
                               [this](std::unique_ptr<ConnectionRequest>& request) { return write(*request); },
                               [this](std::unique_ptr<LetterRequest>& request) { return write(*request); },
                               [this](std::unique_ptr<TicketRequest>& request) { return write(*request); },
                               [this](std::unique_ptr<WriteJob>& job) { return write(*job); },
                               [this](auto& request) { return write(request); }};
    find_ends(group);
    for (Batch& batch : group) {
        for (WriteRequest& request : batch.requests) {
            if (!std::visit(write_one, request)) return false;
        }
    }
    return true;
}

BatchWriter::Written BatchWriter::write(std::vector<Batch>& group, std::vector<Delivery>& deliveries) {
    bool written = false;
    bool began = false;
    has_shrunk_ = false;
    try {
        written = write_requests(group, deliveries);
        began = database_.in_transaction();
        written = written && deduplication_.expire_inserted();
        if (written && began) written = commit();
        if (!written) failure_ = database_.last_failed_step();
    } catch (const std::exception& error) {
        // Out of memory, most likely: the group fails as if the disk had.
        written = false;
        failure_ = {Fault::refused, error.what()};
    }
    if (written) return began ? Written::rows : Written::nothing;
    undo();
    deliveries.clear();
    return Written::failed;
}

BatchWriter::Written BatchWriter::probe() {
    const bool added = begin() && add_ballast_.run() && commit();
    if (added && begin() && drop_ballast_.run() && commit()) return Written::rows;
    failure_ = database_.last_failed_step();
    undo();
    return Written::failed;
}

}  // namespace notifyd::storage
