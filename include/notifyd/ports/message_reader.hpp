// Reads the log: pages of one topic's messages.
// Thread: one loop; `done` runs on that loop, the read itself on a reader thread.
// Fails:  rate_limited (too many reads of this asker are waiting), unavailable (too many reads in total, or the disk
// failed).
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <string>

namespace notifyd::ports {

class MessageReader {
  public:
    virtual ~MessageReader() = default;

    // Takes time proportional to the page, never to the history.
    virtual void read_page(PageQuery query, UniqueFunction<void(Result<Page>)> done) = 0;

    // The random id of this database; a restored copy gets a new one.
    [[nodiscard]] virtual const std::string& epoch() const = 0;
};

}  // namespace notifyd::ports
