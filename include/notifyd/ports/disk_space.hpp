// Returns the space of deleted rows in the database file to the file system.
// Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full or the commit failed: nothing was returned).
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>

namespace notifyd::ports {

class DiskSpace {
  public:
    virtual ~DiskSpace() = default;

    // Returns up to `pages_max` free pages if the file has many more than it needs. `done` receives how many: fewer
    // than `pages_max` if there are no more to return.
    virtual void reclaim(std::size_t pages_max, UniqueFunction<void(Result<std::size_t>)> done) = 0;
};

}  // namespace notifyd::ports
