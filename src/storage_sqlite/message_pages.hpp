// Reads table `messages`: pages of one topic (docs/protocol.md#get-messages).
// A topic's commit order is (counter, position), and one index has that order. Every query seeks to a place in that
// index and steps on from there, so a page costs its rows and a logarithm, never the history. A page ends early, and
// may be empty, if it has skipped many rows that do not belong to it; its `next` then leads on.
// Thread: one reader thread. Fails: nullopt if the database fails or a row is damaged.
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/storage/read_tables.hpp"

#include "database.hpp"
#include "topic_seeks.hpp"
#include "topic_walk.hpp"

#include <optional>

namespace notifyd::storage::sqlite {

class MessagePages final : public MessageReads {
  public:
    MessagePages(Database& database, observability::Events& events);

    // Must be called inside a read transaction, so that all its seeks see one state. A row that fails its checksum
    // fails the page, which is logged as an event.
    [[nodiscard]] std::optional<Page> read(const PageQuery& query) override;

  private:
    class Reading;

    observability::Events& events_;
    TopicSeeks seeks_;
    TopicWalk forward_;
    TopicWalk backward_;
};

}  // namespace notifyd::storage::sqlite
