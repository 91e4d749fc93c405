// Reading the log back: pages of one topic's messages.
// Owns:   nothing. Thread: one loop; `done` runs on that loop, the read itself on a reader thread.
// Fails:  rate_limited (too many reads of the asker are waiting), unavailable (too many of all, or the disk failed).
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <string>

namespace notifyd::ports {

class MessageReader {
  public:
    virtual ~MessageReader() = default;

    // Costs time in proportion to the page, never to the history.
    virtual void read_page(PageQuery query, UniqueFunction<void(Result<Page>)> done) = 0;

    // The random id of this database; a restore gives it a new one.
    [[nodiscard]] virtual const std::string& epoch() const = 0;
};

}  // namespace notifyd::ports
