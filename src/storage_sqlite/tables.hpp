// The tables as the storage thread writes them, all on its one connection.
#pragma once

#include "notifyd/core/continuous_clock.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "block_table.hpp"
#include "choice_table.hpp"
#include "connection_table.hpp"
#include "database.hpp"
#include "dead_letter_table.hpp"
#include "deduplication_table.hpp"
#include "empty_topics.hpp"
#include "free_pages.hpp"
#include "inbox_table.hpp"
#include "message_expiry.hpp"
#include "message_table.hpp"
#include "permission_table.hpp"
#include "posting_table.hpp"
#include "read_position_table.hpp"
#include "ticket_table.hpp"
#include "trusted_time.hpp"

namespace notifyd::storage::sqlite {

struct TableSettings {
    History history = History::keep;
    Milliseconds deduplication_window{0};
    LetterBounds letters{};
};

struct Tables {
    // `clock` decides what is in the future; `continuous` measures windows and lifetimes.
    Tables(Database& database, const TableSettings& settings, const Clock& clock, const ContinuousClock& continuous);

    // After a rollback: drops everything that the tables remember of the transaction.
    void forget();
    // After a commit: emits what the operator should know about it.
    void report(observability::Events& events);

    TrustedTime trusted_time;
    MessageTable messages;
    EmptyTopics empty_topics;
    DeduplicationTable deduplication;
    PermissionTable permissions;
    BlockTable blocks;
    ConnectionTable connections;
    DeadLetterTable letters;
    TicketTable tickets;
    InboxTable inboxes;
    ChoiceTable choices;
    PostingTable postings;
    ReadPositionTable read_positions;
    FreePages free_pages;
    MessageExpiry expiry;
    // The same tables, for write jobs.
    WriteTables for_jobs{
        expiry, permissions, blocks, letters, tickets, inboxes, choices, postings, read_positions, free_pages};
};

}  // namespace notifyd::storage::sqlite
