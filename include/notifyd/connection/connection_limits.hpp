// Limits the number of connections, in total and per user, across all loops.
// Thread: any.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/runtime/sharded_map.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace notifyd::connection {

class ConnectionLimits;

// Identifies a connection and the loop that has it.
struct Place {
    ConnectionId connection{};
    std::uint32_t loop = 0;

    friend bool operator==(const Place&, const Place&) = default;
};

enum class WhenFull : std::uint8_t { reject, replace_oldest };

// Passed with each connection, so that a reload applies immediately.
struct ConnectionRules {
    // 0: no limit.
    std::size_t total_max = 0;
    std::size_t per_user_max = 0;
    WhenFull when_full = WhenFull::reject;
};

// A counted connection slot, released on destruction.
class Admission {
  public:
    Admission(Admission&& other) noexcept
        : limits_(std::exchange(other.limits_, nullptr)),
          user_(std::move(other.user_)),
          place_(other.place_),
          listed_(other.listed_) {}
    Admission& operator=(Admission&&) = delete;
    ~Admission();

    [[nodiscard]] ConnectionId connection() const { return place_.connection; }
    // Confirms the connection. With replace_oldest, the user's oldest confirmed connections beyond the limit, except
    // this one, lose their slots and are returned: the caller must close them.
    [[nodiscard]] std::vector<Place> replace_oldest(const ConnectionRules& rules);
    // False if a newer connection has taken its slot.
    [[nodiscard]] bool is_held() const;

  private:
    friend class ConnectionLimits;
    Admission(ConnectionLimits& limits, UserId user, const Place& place, bool listed)
        : limits_(&limits), user_(std::move(user)), place_(place), listed_(listed) {}

    ConnectionLimits* limits_;
    UserId user_;
    Place place_;
    // False if there is no limit per user and the list is already long.
    bool listed_;
};

class ConnectionLimits {
  public:
    // Fails with unavailable (server full) or rate_limited (too many connections of this user). With replace_oldest, a
    // user may exceed the limit until the new connection is confirmed and replaces the oldest.
    [[nodiscard]] Result<Admission> admit(const UserId& user, const Place& place, const ConnectionRules& rules);
    // Whether admit would currently refuse; takes no slot.
    [[nodiscard]] Result<void> check(const UserId& user, const ConnectionRules& rules) const;
    // Connections being closed in favour of a newer one count until they have ended.
    [[nodiscard]] std::size_t total() const { return total_.load(std::memory_order_relaxed); }

  private:
    friend class Admission;
    struct Seat {
        Place place;
        // False while the connection may still be refused: until then it replaces no other.
        bool sure = false;
    };
    void release(const UserId& user, const Place& place, bool listed);

    std::atomic<std::size_t> total_{0};
    // In the order of admission.
    runtime::ShardedMap<UserId, std::vector<Seat>> per_user_;
};

}  // namespace notifyd::connection
