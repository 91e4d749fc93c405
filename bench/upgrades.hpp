// The upgrades of workloads in which connections do nothing but be there: one after the other, round and round.
// Throws UsageError for a file of clients that cannot be read.
#pragma once

#include "options.hpp"
#include "websocket_opening.hpp"

#include <cstddef>
#include <vector>

namespace notifyd::bench {

class Upgrades {
  public:
    // plain: --path. notifyd: the lines of --clients (token, tab, query), or --subscriber-token in each of the chats.
    explicit Upgrades(const Options& options);

    const Upgrade& next() { return upgrades_[next_++ % upgrades_.size()]; }

  private:
    std::vector<Upgrade> upgrades_;
    std::size_t next_ = 0;
};

}  // namespace notifyd::bench
