// Connection slots.
#include "notifyd/connection/connection_limits.hpp"

#include <algorithm>

namespace notifyd::connection {

namespace {

// Without a limit per user, only this many of a user's connections are listed. If a reload introduces a limit, the
// listed ones count towards it.
constexpr std::size_t listed_without_limit_max = 1'000;

Error server_full() {
    return caused_by("limits.max_connections",
                     {Errc::unavailable, "The server has reached its connection limit: try again later"});
}

Error too_many_of_user() {
    return caused_by("connections.max_per_user",
                     {Errc::rate_limited, "Too many connections for this user: close one first"});
}

}  // namespace

Admission::~Admission() {
    if (limits_ != nullptr) limits_->release(user_, place_, listed_);
}

bool Admission::is_held() const {
    if (!listed_) return true;
    return limits_->per_user_.visit(user_, [this](const std::vector<ConnectionLimits::Seat>* seats) {
        return seats != nullptr && std::ranges::find(*seats, place_, &ConnectionLimits::Seat::place) != seats->end();
    });
}

std::vector<Place> Admission::replace_oldest(const ConnectionRules& rules) {
    std::vector<Place> replaced;
    if (!listed_ || rules.per_user_max == 0 || rules.when_full != WhenFull::replace_oldest) return replaced;
    using Keep = decltype(limits_->per_user_)::Keep;
    limits_->per_user_.update(user_, [&](std::vector<ConnectionLimits::Seat>& seats) {
        const auto mine = std::ranges::find(seats, place_, &ConnectionLimits::Seat::place);
        if (mine == seats.end()) return seats.empty() ? Keep::no : Keep::yes;
        mine->sure = true;
        auto sure = static_cast<std::size_t>(std::ranges::count(seats, true, &ConnectionLimits::Seat::sure));
        std::erase_if(seats, [&](const ConnectionLimits::Seat& seat) {
            if (sure <= rules.per_user_max || !seat.sure || seat.place == place_) return false;
            replaced.push_back(seat.place);
            --sure;
            return true;
        });
        return Keep::yes;
    });
    return replaced;
}

Result<Admission> ConnectionLimits::admit(const UserId& user, const Place& place, const ConnectionRules& rules) {
    if (total_.fetch_add(1, std::memory_order_relaxed) >= rules.total_max && rules.total_max != 0) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return server_full();
    }
    using Keep = decltype(per_user_)::Keep;
    const bool unlimited = rules.per_user_max == 0;
    bool admitted = false;
    bool listed = true;
    per_user_.update(user, [&](std::vector<Seat>& seats) {
        const bool replaces = rules.when_full == WhenFull::replace_oldest;
        admitted = unlimited || seats.size() < rules.per_user_max || replaces;
        listed = admitted && !(unlimited && seats.size() >= listed_without_limit_max);
        if (listed) seats.push_back({place, unlimited || !replaces});
        return seats.empty() ? Keep::no : Keep::yes;
    });
    if (!admitted) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return too_many_of_user();
    }
    return Admission(*this, user, place, listed);
}

Result<void> ConnectionLimits::check(const UserId& user, const ConnectionRules& rules) const {
    if (rules.total_max != 0 && total() >= rules.total_max) return server_full();
    if (rules.per_user_max == 0 || rules.when_full == WhenFull::replace_oldest) return {};
    const bool has_place = per_user_.visit(
        user, [&](const std::vector<Seat>* seats) { return seats == nullptr || seats->size() < rules.per_user_max; });
    if (!has_place) return too_many_of_user();
    return {};
}

void ConnectionLimits::release(const UserId& user, const Place& place, bool listed) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    if (!listed) return;
    using Keep = decltype(per_user_)::Keep;
    per_user_.update(user, [&](std::vector<Seat>& seats) {
        std::erase_if(seats, [&](const Seat& seat) { return seat.place == place; });
        return seats.empty() ? Keep::no : Keep::yes;
    });
}

}  // namespace notifyd::connection
