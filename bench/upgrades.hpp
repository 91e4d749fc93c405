// The upgrade requests of workloads whose connections stay silent, used in turn.
// Throws UsageError if the file of clients cannot be read.
#pragma once

#include "options.hpp"
#include "websocket_opening.hpp"

#include <cstddef>
#include <vector>

namespace notifyd::bench {

class Upgrades {
  public:
    // With `plain`, the request is for --path. With `notifyd`, the requests come from the lines of --clients (token,
    // tab, query), or use --subscriber-token, one for each chat.
    explicit Upgrades(const Options& options);

    const Upgrade& next() { return upgrades_[next_++ % upgrades_.size()]; }

  private:
    std::vector<Upgrade> upgrades_;
    std::size_t next_ = 0;
};

}  // namespace notifyd::bench
