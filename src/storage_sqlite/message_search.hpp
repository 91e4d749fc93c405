// Finds a message of a topic by its id without an index on ids, which would cost a third of the write rate. The id is a
// UUIDv7 and contains the publish time: in each run of the log that may cover that time (time_runs.hpp), a bisection by
// time finds the neighbourhood, and its rows are compared.
// Thread: one reader thread, inside a read transaction.
// Fails:  nothing is found; failed() of the seeks and of the walk distinguishes a failure.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/observability/events.hpp"

#include "database.hpp"
#include "topic_seeks.hpp"
#include "topic_walk.hpp"

#include <optional>
#include <string>

namespace notifyd::storage::sqlite {

// Searches the topic selected in `seeks`. The forward walk is left at the message; the caller finishes it.
[[nodiscard]] std::optional<WalkedRow> find_message(TopicSeeks& seeks, TopicWalk& walk, const MessageId& id);

class MessageSearch {
  public:
    MessageSearch(Database& database, observability::Events& events);

    // nullopt in `head`: there is none (deleted by retention), or it is damaged, which is logged as an event. False:
    // the database failed.
    [[nodiscard]] bool find_head(const TopicName& topic, const MessageId& id, std::optional<std::string>& head);

  private:
    observability::Events& events_;
    TopicSeeks seeks_;
    TopicWalk walk_;
};

}  // namespace notifyd::storage::sqlite
