// Counts a user's bytes while they wait, and forgets the user when none are left.
#include "notifyd/publish/user_share.hpp"

namespace notifyd::publish {

Result<UserShare::Part> UserShare::take(const Identity& sender, std::size_t bytes) {
    if (sender.is_service()) return Part(*this, nullptr, 0);
    std::size_t& waiting = waiting_[sender.user];
    if (waiting != 0 && waiting + bytes > bytes_max_) {
        return Error{Errc::rate_limited, "Too many messages from this user are waiting to be stored"};
    }
    waiting += bytes;
    return Part(*this, &sender.user, bytes);
}

void UserShare::give_back(const UserId& user, std::size_t bytes) {
    const auto place = waiting_.find(user);
    if (place == waiting_.end()) return;
    place->second -= bytes;
    if (place->second == 0) waiting_.erase(place);
}

}  // namespace notifyd::publish
