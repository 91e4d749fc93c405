// How much of what waits for its commit may be one user's, so that others' publishes do not wait behind it.
// Owns:   the count of bytes of each user who has some. Thread: one loop.
// Fails:  take gives rate_limited. Service and admin tokens are the operator's own and have no bound.
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace notifyd::publish {

class UserShare {
  public:
    // Bytes that count until it is destroyed.
    class Part {
      public:
        Part(UserShare& share, const UserId* user, std::size_t bytes) : share_(&share), bytes_(bytes) {
            if (user != nullptr) user_ = *user;
        }
        Part(Part&& other) noexcept
            : share_(std::exchange(other.share_, nullptr)), user_(std::move(other.user_)), bytes_(other.bytes_) {}
        Part& operator=(Part&&) = delete;
        ~Part() {
            if (share_ != nullptr) share_->give_back(user_, bytes_);
        }

      private:
        UserShare* share_;
        UserId user_;
        std::size_t bytes_;
    };

    explicit UserShare(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // One who has none waiting gets any size, which was bounded by whoever read it.
    [[nodiscard]] Result<Part> take(const Identity& sender, std::size_t bytes);
    [[nodiscard]] std::size_t users() const { return waiting_.size(); }

  private:
    void give_back(const UserId& user, std::size_t bytes);

    std::size_t bytes_max_;
    std::unordered_map<UserId, std::size_t> waiting_;
};

}  // namespace notifyd::publish
