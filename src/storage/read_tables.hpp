// The tables as one reader thread sees them, on its own connection.
#pragma once

#include "notifyd/observability/events.hpp"

#include "block_table.hpp"
#include "database.hpp"
#include "dead_letter_table.hpp"
#include "message_pages.hpp"
#include "permission_table.hpp"
#include "resume_plans.hpp"
#include "ticket_table.hpp"

namespace notifyd::storage {

struct ReadTables {
    ReadTables(Database& database, History history, observability::Events& events)
        : transactions(database),
          messages(database, events),
          resumes(database, history),
          permissions(database),
          blocks(database),
          letters(database, events),
          tickets(database) {}

    Transactions transactions;
    MessagePages messages;
    ResumePlans resumes;
    PermissionLists permissions;
    BlockLists blocks;
    DeadLetterLists letters;
    TicketReader tickets;
};

}  // namespace notifyd::storage
