// SQLite's read session: a read-only connection and the tables as it reads them. Readers of a write-ahead log block
// nobody.
// Thread: one reader thread; open() before it starts.
#pragma once

#include "notifyd/observability/events.hpp"
#include "notifyd/storage/engine_settings.hpp"
#include "notifyd/storage/read_session.hpp"

#include "block_table.hpp"
#include "chat_lists.hpp"
#include "database.hpp"
#include "dead_letter_table.hpp"
#include "inbox_lists.hpp"
#include "message_pages.hpp"
#include "permission_table.hpp"
#include "resume_plans.hpp"
#include "ticket_table.hpp"

#include <optional>
#include <string>

namespace notifyd::storage::sqlite {

class Reader final : public ReadSession {
  public:
    // What is wrong with the database, or an empty text.
    [[nodiscard]] std::string open(const std::string& path, History history, observability::Events& events);

    [[nodiscard]] bool begin() override { return tables_->transactions.begin_read(); }
    [[nodiscard]] bool end() override { return !database_.has_failed() && tables_->transactions.commit(); }
    void roll_back() override { tables_->transactions.roll_back(); }
    [[nodiscard]] std::string failure() const override { return database_.last_error(); }
    [[nodiscard]] ReadTables& tables() override { return tables_->as_read; }

    [[nodiscard]] Database& database() { return database_; }

  private:
    struct Tables {
        Tables(Database& database, History history, observability::Events& events)
            : transactions(database),
              messages(database, events),
              resumes(database, history),
              permissions(database),
              blocks(database),
              letters(database, events),
              tickets(database),
              inboxes(database),
              chats(database) {}

        Transactions transactions;
        MessagePages messages;
        ResumePlans resumes;
        PermissionLists permissions;
        BlockLists blocks;
        DeadLetterLists letters;
        TicketReader tickets;
        InboxLists inboxes;
        ChatLists chats;
        ReadTables as_read{messages, resumes, permissions, blocks, letters, tickets, inboxes, chats};
    };

    Database database_;
    std::optional<Tables> tables_;
};

}  // namespace notifyd::storage::sqlite
