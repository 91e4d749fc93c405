// Counts the memory that bodies have reserved.
#include "http/body_memory.hpp"

namespace notifyd::gateway {

namespace {

// Whether `more` fits in addition to what is taken; 0: unlimited.
bool fits(std::size_t taken, std::size_t more, std::size_t max) {
    return max == 0 || (taken <= max && more <= max - taken);
}

}  // namespace

void BodyMemory::set_limits(std::size_t in_all, std::size_t per_user) {
    max_.store(in_all, std::memory_order_relaxed);
    user_max_.store(per_user, std::memory_order_relaxed);
}

bool BodyMemory::take_in_all(std::size_t bytes) {
    const std::size_t max = max_.load(std::memory_order_relaxed);
    std::size_t taken = taken_.load(std::memory_order_relaxed);
    do {
        if (!fits(taken, bytes, max)) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + bytes, std::memory_order_relaxed));
    return true;
}

bool BodyMemory::take_of_user(const UserId& user, std::size_t bytes) {
    const std::size_t max = user_max_.load(std::memory_order_relaxed);
    bool taken = false;
    of_user_.update(user, [&](std::size_t& held) {
        taken = fits(held, bytes, max);
        if (taken) held += bytes;
        return held == 0 ? OfUser::Keep::no : OfUser::Keep::yes;
    });
    return taken;
}

void BodyMemory::give_back_of_user(const UserId& user, std::size_t bytes) {
    of_user_.update(user, [bytes](std::size_t& held) {
        held -= bytes;
        return held == 0 ? OfUser::Keep::no : OfUser::Keep::yes;
    });
}

Result<void> BodyMemory::Share::grow_to(std::size_t bytes) {
    if (bytes <= bytes_) return {};
    const std::size_t more = bytes - bytes_;
    if (!memory_->take_of_user(user_, more)) {
        return caused_by("limits.body_memory_per_user",
                         {Errc::rate_limited,
                          "Too many large requests from this user are under way: wait until some have been answered"});
    }
    if (!memory_->take_in_all(more)) {
        memory_->give_back_of_user(user_, more);
        return caused_by(
            "limits.body_memory",
            {Errc::unavailable, "The server has no memory left for large requests: try again in a moment"});
    }
    bytes_ = bytes;
    return {};
}

void BodyMemory::Share::give_back() {
    const std::size_t bytes = std::exchange(bytes_, 0);
    if (bytes == 0) return;
    memory_->taken_.fetch_sub(bytes, std::memory_order_relaxed);
    memory_->give_back_of_user(user_, bytes);
}

}  // namespace notifyd::gateway
