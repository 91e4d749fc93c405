// Writes a group of batches in one transaction.
#include "batch_writer.hpp"

#include <exception>

namespace notifyd::storage::sqlite {

namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

BatchWriter::BatchWriter(Database& database,
                         const TableSettings& settings,
                         const Clock& clock,
                         const ContinuousClock& continuous,
                         Milliseconds kept_offset)
    : database_(database),
      transactions_(database),
      clock_offset_(database, continuous, kept_offset),
      tables_(database, settings, clock, continuous),
      add_ballast_(database, "INSERT OR REPLACE INTO meta (key, value) VALUES ('ballast', zeroblob(262144))"),
      drop_ballast_(database, "DELETE FROM meta WHERE key = 'ballast'") {}

bool BatchWriter::begin() {
    if (database_.in_transaction()) return true;
    if (!transactions_.begin_write()) return false;
    if (stale_ && !tables_.messages.reload()) return false;
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
    tables_.forget();
    stale_ = true;
}

bool BatchWriter::write(AppendRequest& request, std::vector<Delivery>& deliveries) {
    const Message& message = *request.message;
    MessageTable& messages = tables_.messages;
    DeduplicationTable& deduplication = tables_.deduplication;
    const bool guarded = deduplication.guards(message);
    PageCursor at;
    request.appended = {};
    if (guarded) {
        if (!begin() || !deduplication.find(*message.deduplication, request.appended)) return false;
        if (request.appended.duplicate_of.has_value()) return true;
    }
    if (messages.writes(message) && (!begin() || !messages.append(message, request.appended.sequence, at))) {
        return false;
    }
    if (guarded && !deduplication.insert(message, request.appended.sequence)) return false;
    if (is_delivered_by_commit(message)) {
        deliveries.push_back({request.message, request.appended.sequence, at});
    }
    return true;
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
    ConnectionTable& rows = tables_.connections;
    return std::visit(
        Overloaded{[&](const ports::ConnectionRow& row) { return rows.opened(row); },
                   [&](const ConnectionTopics& change) { return rows.topics_changed(change.id, change.topics); },
                   [&](const ConnectionPing& ping) { return rows.pinged(ping.id, ping.at); },
                   [&](const ConnectionEnd& end) { return rows.closed(end.id); }},
        request.change);
}

bool BatchWriter::write(WriteJob& job) {
    const WriteJob::Work work = job.find_work(tables_.for_jobs);
    if (work == WriteJob::Work::none) return true;
    return work == WriteJob::Work::some && begin() && job.write(tables_.for_jobs);
}

bool BatchWriter::write_requests(std::vector<Batch>& group, std::vector<Delivery>& deliveries) {
    const Overloaded write_one{[&](AppendRequest& request) { return write(request, deliveries); },
                               [this](auto& request) { return write(*request); }};
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
    tables_.free_pages.begin_group();
    try {
        written = write_requests(group, deliveries);
        began = database_.in_transaction();
        written = written && tables_.deduplication.expire_inserted();
        if (written && began) written = commit();
        if (!written) failure_ = database_.last_failed_step();
    } catch (const std::exception& error) {
        // Most likely out of memory: the group fails as if the disk had failed.
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

}  // namespace notifyd::storage::sqlite
