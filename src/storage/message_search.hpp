// Finds a message of a topic by its id, for which there is no index: a second one would cost a third of the write rate.
// The id is a UUIDv7 and so tells when the message was published, and publish times follow the commit order up to a
// second: a bisection by time finds the neighbourhood, and its rows are compared.
// Owns:   nothing. Thread: one reader thread, inside a read transaction.
// Fails:  false when the database does.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include "database.hpp"
#include "topic_walk.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace notifyd::storage {

class MessageSearch {
  public:
    explicit MessageSearch(Database& database);

    // nullopt in `head`: there is none (retention has taken it).
    [[nodiscard]] bool find_head(const TopicName& topic, const MessageId& id, std::optional<std::string>& head);

  private:
    enum class Found : std::uint8_t { yes, no, failed };

    [[nodiscard]] Step find_topic(const TopicName& topic);
    [[nodiscard]] std::optional<WalkedRow> first_of(TopicWalk& walk, PageCursor at);
    // In front of every row of the topic that may have been published at `time` or later.
    [[nodiscard]] PageCursor place_before(EpochMs time);
    // Compares the rows from `place` on that were published up to `last_time`.
    [[nodiscard]] Found scan(PageCursor place, EpochMs last_time, const MessageId& id);

    Statement topic_;
    TopicWalk forward_;
    TopicWalk backward_;
    std::int64_t topic_id_ = 0;
    bool failed_ = false;
};

}  // namespace notifyd::storage
