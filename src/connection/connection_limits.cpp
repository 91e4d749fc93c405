// Counting connections.
#include "notifyd/connection/connection_limits.hpp"

namespace notifyd::connection {

Admission::~Admission() {
    if (limits_ != nullptr) limits_->release(user_);
}

Result<Admission> ConnectionLimits::admit(const UserId& user) {
    const std::size_t most_in_all = total_max_;
    if (total_.fetch_add(1, std::memory_order_relaxed) >= most_in_all && most_in_all != 0) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return Error{Errc::unavailable, "The server has no room for more connections"};
    }
    using Keep = decltype(per_user_)::Keep;
    bool admitted = false;
    per_user_.update(user, [&](std::uint32_t& count) {
        const std::size_t most = per_user_max_;
        admitted = most == 0 || count < most;
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
