// Finds a message of a topic by its id, for which there is no index: a second one would cost a third of the write rate.
// The id is a UUIDv7 and so says when the message was published: a bisection by time of each run of the log that may
// hold that time (time_runs.hpp) finds the neighbourhood, and its rows are compared.
// Owns:   nothing. Thread: one reader thread, inside a read transaction.
// Fails:  with nothing found; failed() of the seeks and of the walk tell it from there being nothing.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/observability/events.hpp"

#include "database.hpp"
#include "topic_seeks.hpp"
#include "topic_walk.hpp"

#include <optional>
#include <string>

namespace notifyd::storage {

// In the topic that the seeks have selected. The forward walk then stands at the message; the caller finishes it.
[[nodiscard]] std::optional<WalkedRow> find_message(TopicSeeks& seeks, TopicWalk& walk, const MessageId& id);

class MessageSearch {
  public:
    MessageSearch(Database& database, observability::Events& events);

    // nullopt in `head`: there is none (retention has taken it), or it is damaged, which is an event. False: the
    // database failed.
    [[nodiscard]] bool find_head(const TopicName& topic, const MessageId& id, std::optional<std::string>& head);

  private:
    observability::Events& events_;
    TopicSeeks seeks_;
    TopicWalk walk_;
};

}  // namespace notifyd::storage
