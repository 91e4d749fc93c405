// Table `messages`, read: pages of one topic (SPEC §3.2).
// A topic's commit order is (counter, position), one index holds it, and every question is answered by stepping
// through that index from a place found by a seek: a page costs its rows and a logarithm, never the history.
// Owns:   nothing. Thread: one reader thread.
// Fails:  nullopt when the database does.
#pragma once

#include "notifyd/core/page.hpp"

#include "database.hpp"
#include "topic_walk.hpp"

#include <cstdint>
#include <optional>

namespace notifyd::storage {

class MessagePages {
  public:
    explicit MessagePages(Database& database);

    // To be called inside a read transaction, so that all its seeks see one state.
    [[nodiscard]] std::optional<Page> read(const PageQuery& query);

  private:
    class Reading;

    Statement topic_;
    TopicWalk forward_;
    TopicWalk backward_;
};

}  // namespace notifyd::storage
