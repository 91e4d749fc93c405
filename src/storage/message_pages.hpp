// Table `messages`, read: pages of one topic (docs/protocol.md#get-messages).
// A topic's commit order is (counter, position), one index holds it, and every question is answered by stepping
// through that index from a place found by a seek: a page costs its rows and a logarithm, never the history. A page
// ends early, and may be empty, where it has passed over many rows that do not belong to it; its `next` then leads on.
// Owns:   nothing. Thread: one reader thread.
// Fails:  nullopt when the database does, or a row is damaged.
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/observability/events.hpp"

#include "database.hpp"
#include "topic_seeks.hpp"
#include "topic_walk.hpp"

#include <optional>

namespace notifyd::storage {

class MessagePages {
  public:
    MessagePages(Database& database, observability::Events& events);

    // To be called inside a read transaction, so that all its seeks see one state. A row that is not as it was written
    // fails the page, and is an event.
    [[nodiscard]] std::optional<Page> read(const PageQuery& query);

  private:
    class Reading;

    observability::Events& events_;
    TopicSeeks seeks_;
    TopicWalk forward_;
    TopicWalk backward_;
};

}  // namespace notifyd::storage
