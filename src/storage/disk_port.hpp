// Returns free space to the file system.
#pragma once

#include "notifyd/ports/disk_space.hpp"

#include "loop_requests.hpp"
#include "reclaim_job.hpp"

#include <utility>

namespace notifyd::storage {

class DiskPort final : public ports::DiskSpace {
  public:
    explicit DiskPort(LoopRequests& requests) : requests_(requests) {}

    void reclaim(std::size_t pages_max, Done<std::size_t> done) override {
        requests_.submit(std::make_unique<ReclaimJob>(pages_max, std::move(done)));
    }

  private:
    LoopRequests& requests_;
};

}  // namespace notifyd::storage
