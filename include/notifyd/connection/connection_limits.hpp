// How many connections there may be: in all and of one user, over all loops.
// Owns:   who has a place. Thread: any.
// Fails:  admit gives unavailable (server full) or rate_limited (too many of this user).
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

// Where a connection is to be found.
struct Place {
    ConnectionId connection{};
    std::uint32_t loop = 0;

    friend bool operator==(const Place&, const Place&) = default;
};

enum class WhenFull : std::uint8_t { reject, replace_oldest };

// Asked for with each connection, so that a reload counts at once.
struct ConnectionRules {
    // 0: no limit.
    std::size_t total_max = 0;
    std::size_t per_user_max = 0;
    WhenFull when_full = WhenFull::reject;
};

// A counted place, given back when it is destroyed.
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
    // The connection is sure to come. Where the rules say so, the user's oldest, past the limit, lose their places, and
    // are to be closed: those that were sure before, never this one.
    [[nodiscard]] std::vector<Place> replace_oldest(const ConnectionRules& rules);
    // False when a newer connection has got its place.
    [[nodiscard]] bool is_held() const;

  private:
    friend class ConnectionLimits;
    Admission(ConnectionLimits& limits, UserId user, const Place& place, bool listed)
        : limits_(&limits), user_(std::move(user)), place_(place), listed_(listed) {}

    ConnectionLimits* limits_;
    UserId user_;
    Place place_;
    // Not where there is no limit per user and the list is long already.
    bool listed_;
};

class ConnectionLimits {
  public:
    // With replace_oldest a user may have one too many, until the new one is sure to come and replaces the oldest.
    [[nodiscard]] Result<Admission> admit(const UserId& user, const Place& place, const ConnectionRules& rules);
    // Whether admit would refuse now; nothing is taken.
    [[nodiscard]] Result<void> check(const UserId& user, const ConnectionRules& rules) const;
    // Those that are closed for a newer one count here until they have ended.
    [[nodiscard]] std::size_t total() const { return total_.load(std::memory_order_relaxed); }

  private:
    friend class Admission;
    struct Seat {
        Place place;
        // Not while it may still be refused: such a one pushes nobody out.
        bool sure = false;
    };
    void release(const UserId& user, const Place& place, bool listed);

    std::atomic<std::size_t> total_{0};
    // In the order of admission.
    runtime::ShardedMap<UserId, std::vector<Seat>> per_user_;
};

}  // namespace notifyd::connection
