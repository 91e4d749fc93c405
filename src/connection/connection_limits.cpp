// Counting connections.
#include "notifyd/connection/connection_limits.hpp"

#include <algorithm>

namespace notifyd::connection {

Admission::~Admission() {
    if (limits_ != nullptr) limits_->release(user_, place_);
}

bool Admission::is_held() const {
    return limits_->per_user_.visit(user_, [this](const std::vector<Place>* places) {
        return places != nullptr && std::ranges::find(*places, place_) != places->end();
    });
}

std::vector<Place> Admission::replace_oldest(const ConnectionRules& rules) {
    std::vector<Place> replaced;
    if (rules.per_user_max == 0 || rules.when_full != WhenFull::replace_oldest) return replaced;
    limits_->per_user_.update(user_, [&](std::vector<Place>& places) {
        if (places.size() > rules.per_user_max) {
            const auto kept = places.end() - static_cast<std::ptrdiff_t>(rules.per_user_max);
            replaced.assign(places.begin(), kept);
            places.erase(places.begin(), kept);
        }
        return places.empty() ? decltype(limits_->per_user_)::Keep::no : decltype(limits_->per_user_)::Keep::yes;
    });
    return replaced;
}

Result<Admission> ConnectionLimits::admit(const UserId& user, const Place& place, const ConnectionRules& rules) {
    if (total_.fetch_add(1, std::memory_order_relaxed) >= rules.total_max && rules.total_max != 0) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return Error{Errc::unavailable, "The server has no room for more connections"};
    }
    using Keep = decltype(per_user_)::Keep;
    bool admitted = false;
    per_user_.update(user, [&](std::vector<Place>& places) {
        admitted = rules.per_user_max == 0 || places.size() < rules.per_user_max ||
                   rules.when_full == WhenFull::replace_oldest;
        if (admitted) places.push_back(place);
        return Keep::yes;
    });
    if (!admitted) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return Error{Errc::rate_limited, "Too many connections of this user"};
    }
    return Admission(*this, user, place);
}

void ConnectionLimits::release(const UserId& user, const Place& place) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    using Keep = decltype(per_user_)::Keep;
    per_user_.update(user, [&](std::vector<Place>& places) {
        std::erase(places, place);
        return places.empty() ? Keep::no : Keep::yes;
    });
}

}  // namespace notifyd::connection
