// How many connections there may be: in all and of one user, over all loops.
// Owns:   the counts. Thread: any.
// Fails:  admit gives unavailable (server full) or rate_limited (too many of this user).
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/runtime/sharded_map.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace notifyd::connection {

class ConnectionLimits;

// A counted place, given back when it is destroyed.
class Admission {
  public:
    Admission(Admission&& other) noexcept : limits_(other.limits_), user_(std::move(other.user_)) {
        other.limits_ = nullptr;
    }
    Admission& operator=(Admission&&) = delete;
    ~Admission();

  private:
    friend class ConnectionLimits;
    Admission(ConnectionLimits& limits, UserId user) : limits_(&limits), user_(std::move(user)) {}

    ConnectionLimits* limits_;
    UserId user_;
};

class ConnectionLimits {
  public:
    // 0: no limit.
    ConnectionLimits(std::size_t total_max, std::size_t per_user_max)
        : total_max_(total_max), per_user_max_(per_user_max) {}

    // For connections from now on; those that are open stay.
    void set_maxima(std::size_t total_max, std::size_t per_user_max) {
        total_max_ = total_max;
        per_user_max_ = per_user_max;
    }
    [[nodiscard]] Result<Admission> admit(const UserId& user);
    [[nodiscard]] std::size_t total() const { return total_.load(std::memory_order_relaxed); }

  private:
    friend class Admission;
    void release(const UserId& user);

    std::atomic<std::size_t> total_max_;
    std::atomic<std::size_t> per_user_max_;
    std::atomic<std::size_t> total_{0};
    runtime::ShardedMap<UserId, std::uint32_t> per_user_;
};

}  // namespace notifyd::connection
