// Bounds how much of what is waiting for its commit may come from one user, so that others' publishes do not wait
// behind it.
// Owns:   the byte count of each user with waiting messages.
// Thread: one loop.
// Fails:  take returns rate_limited. Service and admin tokens are the operator's own and unlimited.
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace notifyd::publish {

class UserShare {
  public:
    // Bytes that count until this is destroyed.
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

    // A user with nothing waiting gets any size: the reader of the request has already bounded it.
    [[nodiscard]] Result<Part> take(const Identity& sender, std::size_t bytes);
    [[nodiscard]] std::size_t users() const { return waiting_.size(); }

  private:
    void give_back(const UserId& user, std::size_t bytes);

    std::size_t bytes_max_;
    std::unordered_map<UserId, std::size_t> waiting_;
};

}  // namespace notifyd::publish
