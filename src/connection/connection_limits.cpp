// Counting connections.
#include "notifyd/connection/connection_limits.hpp"

namespace notifyd::connection {

Admission::~Admission() {
    if (limits_ != nullptr) limits_->release(user_);
}

Result<Admission> ConnectionLimits::admit(const UserId& user) {
    if (total_.fetch_add(1, std::memory_order_relaxed) >= total_max_ && total_max_ != 0) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return Error{Errc::unavailable, "The server has no room for more connections"};
    }
    using Keep = decltype(per_user_)::Keep;
    bool admitted = false;
    per_user_.update(user, [&](std::uint32_t& count) {
        admitted = per_user_max_ == 0 || count < per_user_max_;
        if (admitted) ++count;
        return count != 0 ? Keep::yes : Keep::no;
    });
    if (!admitted) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return Error{Errc::rate_limited, "Too many connections of this user"};
    }
    return Admission(*this, user);
}

void ConnectionLimits::release(const UserId& user) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    using Keep = decltype(per_user_)::Keep;
    per_user_.update(user, [](std::uint32_t& count) { return --count != 0 ? Keep::yes : Keep::no; });
}

}  // namespace notifyd::connection
