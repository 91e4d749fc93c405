// Writes batches into the tables, in one transaction.
// Owns:   the written tables' statements on the storage thread's connection.
// Thread: the storage thread.
// Fails:  false when the database does, with the reason in failure(); nothing of the group is stored then.
#pragma once

#include "clock_offset.hpp"
#include "connection_table.hpp"
#include "database.hpp"
#include "dead_letter_table.hpp"
#include "deduplication_table.hpp"
#include "empty_topics.hpp"
#include "free_pages.hpp"
#include "message_table.hpp"
#include "permission_table.hpp"
#include "requests.hpp"
#include "ticket_table.hpp"
#include "trusted_time.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace notifyd::storage {

class BatchWriter {
  public:
    // `clock` tells what is of the future; `continuous`, with the offset that the database has, counts windows and
    // lifetimes.
    BatchWriter(Database& database,
                History history,
                Milliseconds deduplication_window,
                LetterBounds letters,
                const Clock& clock,
                const ContinuousClock& continuous,
                Milliseconds kept_offset);

    enum class Written : std::uint8_t { nothing, rows, failed };

    // What the last process left. Before the first write; false when the database fails.
    [[nodiscard]] bool open() { return messages_.reload(); }
    // The last position that was given.
    [[nodiscard]] Position last_position() const { return messages_.last_position(); }
    // Numbers, writes and syncs. `deliveries` gets, in commit order, the fifo messages and those with a deduplication
    // key: whoever published them has left the delivery to the commit.
    [[nodiscard]] Written write(std::vector<Batch>& group, std::vector<Delivery>& deliveries);
    // Does writing work again? Commits as much as a large message, and deletes it: a few bytes may still find room on a
    // full disk.
    [[nodiscard]] Written probe();
    // Dead letters that gave way to newer ones since the last call.
    [[nodiscard]] std::vector<GaveWay> take_letters_gave_way() { return letters_.take_gave_way(); }
    // Why the last write failed: for the log, and what it means.
    [[nodiscard]] const Failure& failure() const { return failure_; }
    // Whether the last write has given back all the free pages that were too many.
    [[nodiscard]] bool has_shrunk() const { return has_shrunk_; }

  private:
    [[nodiscard]] bool write_requests(std::vector<Batch>& group, std::vector<Delivery>& deliveries);
    [[nodiscard]] bool write(AppendRequest& request, std::vector<Delivery>& deliveries);
    [[nodiscard]] bool write(ExpireRequest& request);
    [[nodiscard]] bool write(GrantRequest& request);
    [[nodiscard]] bool write(RevokeRequest& request);
    [[nodiscard]] bool write(BarrierRequest&) { return true; }
    [[nodiscard]] bool write(ConnectionRequest& request);
    // A connection that begins and ends within one group leaves no row: a storm of short ones touches no page.
    [[nodiscard]] bool leaves_no_row(const ConnectionRequest& request);
    void find_ends(const std::vector<Batch>& group);
    [[nodiscard]] bool write(LetterRequest& request);
    [[nodiscard]] bool write(TicketRequest& request);
    [[nodiscard]] bool write(WriteJob& job);
    [[nodiscard]] bool write(ReclaimRequest& request);
    // The transaction begins with the first row, so that a group that writes none costs none.
    [[nodiscard]] bool begin();
    [[nodiscard]] bool commit();
    void undo();

    Database& database_;
    const Clock& clock_;
    Transactions transactions_;
    ClockOffset clock_offset_;
    TrustedTime trusted_time_;
    MessageTable messages_;
    EmptyTopics empty_topics_;
    DeduplicationTable deduplication_;
    PermissionTable permissions_;
    ConnectionTable connections_;
    DeadLetterTable letters_;
    TicketTable tickets_;
    JobTables job_tables_;
    FreePages free_pages_;
    Statement add_ballast_;
    Statement drop_ballast_;
    enum class Begins : std::uint8_t { before, within };
    std::unordered_map<ConnectionId, Begins> ends_;  // connections whose end is still to come in the group
    bool stale_ = true;                              // positions and counters must be read from the database first
    bool has_shrunk_ = false;
    Failure failure_;
};

}  // namespace notifyd::storage
