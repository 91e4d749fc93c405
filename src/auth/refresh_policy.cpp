// Calculates the times of fetches.
#include "notifyd/auth/refresh_policy.hpp"

#include <algorithm>

namespace notifyd::auth {

Milliseconds RefreshPolicy::max_age() const {
    return std::max<Milliseconds>(age_min, 10 * refresh_);
}

void RefreshPolicy::set_refresh(Milliseconds refresh, SteadyTime now) {
    refresh_ = refresh;
    next_fetch_ = std::min(next_fetch_, now + refresh_);
}

bool RefreshPolicy::request(SteadyTime now) {
    if (in_flight_ || due(now)) return true;
    if (failures_ != 0) return false;
    if (requested_at_ && now - *requested_at_ < request_interval) return false;
    requested_at_ = now;
    next_fetch_ = now;
    return true;
}

void RefreshPolicy::succeeded(SteadyTime now) {
    in_flight_ = false;
    failures_ = 0;
    fetched_at_ = now;
    next_fetch_ = now + refresh_;
}

void RefreshPolicy::failed(SteadyTime now) {
    in_flight_ = false;
    Milliseconds pause = retry_first;
    for (std::size_t i = 0; i < failures_ && pause < retry_max; ++i) pause *= 2;
    ++failures_;
    next_fetch_ = now + std::min<Milliseconds>({pause, retry_max, refresh_});
}

SteadyTime RefreshPolicy::next() const {
    return fetched_at_ ? std::min(next_fetch_, *fetched_at_ + max_age()) : next_fetch_;
}

}  // namespace notifyd::auth
