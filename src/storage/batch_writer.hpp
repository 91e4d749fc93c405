// Writes batches into the tables, all of a group in one transaction. On the storage thread.
#pragma once

#include "clock_offset.hpp"
#include "database.hpp"
#include "requests.hpp"
#include "write_tables.hpp"

#include <unordered_map>
#include <vector>

namespace notifyd::storage {

class BatchWriter {
  public:
    // `clock` decides what is of the future; `continuous`, with the offset that the database has, counts windows and
    // lifetimes.
    BatchWriter(Database& database,
                const TableSettings& settings,
                const Clock& clock,
                const ContinuousClock& continuous,
                Milliseconds kept_offset);

    // failed: nothing of the group is stored, for the reason in failure().
    enum class Written : std::uint8_t { nothing, rows, failed };

    // Reads what the last process left. To be called before the first write; false if the database fails.
    [[nodiscard]] bool open() { return tables_.messages.reload(); }
    // The last position that was given.
    [[nodiscard]] Position last_position() const { return tables_.messages.last_position(); }
    // Numbers, writes and syncs. `deliveries` receives, in commit order, the messages whose delivery was left to the
    // commit: fifo ones, and those with a deduplication key.
    [[nodiscard]] Written write(std::vector<Batch>& group, std::vector<Delivery>& deliveries);
    // Does writing work again? Commits as much as a large message, and deletes it: a few bytes may still find room on a
    // full disk.
    [[nodiscard]] Written probe();
    // After a commit: emits what the operator should know of it.
    void report(observability::Events& events) { tables_.report(events); }
    // Why the last write failed: for the log, and what it means.
    [[nodiscard]] const Failure& failure() const { return failure_; }
    // Whether the last write has given back the last of the free pages that were too many.
    [[nodiscard]] bool has_shrunk() const { return tables_.has_shrunk; }

  private:
    [[nodiscard]] bool write_requests(std::vector<Batch>& group, std::vector<Delivery>& deliveries);
    [[nodiscard]] bool write(AppendRequest& request, std::vector<Delivery>& deliveries);
    [[nodiscard]] bool write(ConnectionRequest& request);
    [[nodiscard]] bool write(WriteJob& job);
    // A connection that begins and ends within one group leaves no row: a storm of short ones touches no page.
    [[nodiscard]] bool leaves_no_row(const ConnectionRequest& request);
    void find_ends(const std::vector<Batch>& group);
    // The transaction begins with the first row, so that a group that writes none costs none.
    [[nodiscard]] bool begin();
    [[nodiscard]] bool commit();
    void undo();

    Database& database_;
    Transactions transactions_;
    ClockOffset clock_offset_;
    WriteTables tables_;
    Statement add_ballast_;
    Statement drop_ballast_;
    enum class Begins : std::uint8_t { before, within };
    std::unordered_map<ConnectionId, Begins> ends_;  // connections whose end is still to come in the group
    bool stale_ = true;                              // positions and counters must be read from the database first
    Failure failure_;
};

}  // namespace notifyd::storage
