// Writes batches into the tables, a whole group in one transaction. Thread: the storage thread.
#pragma once

#include "notifyd/storage/requests.hpp"
#include "notifyd/storage/write_session.hpp"

#include "clock_offset.hpp"
#include "database.hpp"
#include "tables.hpp"

#include <unordered_map>
#include <vector>

namespace notifyd::storage::sqlite {

class BatchWriter {
  public:
    // `clock` decides what is in the future; `continuous`, with the offset kept in the database, measures windows and
    // lifetimes.
    BatchWriter(Database& database,
                const TableSettings& settings,
                const Clock& clock,
                const ContinuousClock& continuous,
                Milliseconds kept_offset);

    using Written = WriteSession::Written;

    // Reads the state that the last process left. Must be called before the first write; false if the database fails.
    [[nodiscard]] bool open() { return tables_.messages.reload(); }
    // The last position assigned.
    [[nodiscard]] Position last_position() const { return tables_.messages.last_position(); }
    // Numbers, writes and syncs. `deliveries` receives, in commit order, the messages whose delivery was left to the
    // commit: fifo messages, and messages with a deduplication key.
    [[nodiscard]] Written write(std::vector<Batch>& group, std::vector<Delivery>& deliveries);
    // Checks whether writing works again: commits as much as a large message needs, and deletes it, because a few bytes
    // may still fit on a full disk.
    [[nodiscard]] Written probe();
    // After a commit: emits what the operator should know about it.
    void report(observability::Events& events) { tables_.report(events); }
    // Why the last write failed, and what that means.
    [[nodiscard]] const Failure& failure() const { return failure_; }
    // Whether the last write returned the last of the surplus free pages.
    [[nodiscard]] bool has_shrunk() const { return tables_.free_pages.has_given_all(); }

  private:
    [[nodiscard]] bool write_requests(std::vector<Batch>& group, std::vector<Delivery>& deliveries);
    [[nodiscard]] bool write(AppendRequest& request, std::vector<Delivery>& deliveries);
    [[nodiscard]] bool write(ConnectionRequest& request);
    [[nodiscard]] bool write(WriteJob& job);
    // A connection that begins and ends within one group leaves no row, so a storm of short connections touches no
    // page.
    [[nodiscard]] bool leaves_no_row(const ConnectionRequest& request);
    void find_ends(const std::vector<Batch>& group);
    // The transaction begins with the first row, so that a group without rows costs nothing.
    [[nodiscard]] bool begin();
    [[nodiscard]] bool commit();
    void undo();

    Database& database_;
    Transactions transactions_;
    ClockOffset clock_offset_;
    Tables tables_;
    Statement add_ballast_;
    Statement drop_ballast_;
    enum class Begins : std::uint8_t { before, within };
    std::unordered_map<ConnectionId, Begins> ends_;  // connections that end later in the group
    bool stale_ = true;                              // positions and counters must be read from the database first
    Failure failure_;
};

}  // namespace notifyd::storage::sqlite
