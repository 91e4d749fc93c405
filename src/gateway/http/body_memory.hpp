// The memory that bodies and fragmented messages may occupy while they arrive and are answered: a budget for the whole
// server and one per user (docs/protocol.md#limits-and-defaults). Memory is reserved before a body is read, so no
// number of connections can exceed the budget. Small bodies are free (limits::free_body_bytes,
// limits::free_message_bytes), so most requests never touch the counts.
// Owns:   the counts.
// Thread: any; a Share belongs to one thread.
// Fails:  grow_to returns unavailable (the server's budget is used up) or rate_limited (the user's is).
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/runtime/sharded_map.hpp"

#include <atomic>
#include <cstddef>
#include <utility>

namespace notifyd::gateway {

class BodyMemory {
  public:
    // What one body has reserved; returned on destruction, however the request ends.
    class Share {
      public:
        Share(BodyMemory& memory, UserId user) : memory_(&memory), user_(std::move(user)) {}
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() { give_back(); }

        // Reserves `bytes` in total. Changes nothing if refused, or if that much is already reserved.
        [[nodiscard]] Result<void> grow_to(std::size_t bytes);
        [[nodiscard]] std::size_t bytes() const { return bytes_; }
        void give_back();

      private:
        BodyMemory* memory_;
        UserId user_;
        std::size_t bytes_ = 0;
    };

    // In bytes; 0: unlimited. What is already reserved stays reserved.
    void set_limits(std::size_t in_all, std::size_t per_user);
    [[nodiscard]] std::size_t bytes() const { return taken_.load(std::memory_order_relaxed); }

  private:
    using OfUser = runtime::ShardedMap<UserId, std::size_t>;

    [[nodiscard]] bool take_in_all(std::size_t bytes);
    [[nodiscard]] bool take_of_user(const UserId& user, std::size_t bytes);
    void give_back_of_user(const UserId& user, std::size_t bytes);

    std::atomic<std::size_t> max_{0};
    std::atomic<std::size_t> user_max_{0};
    std::atomic<std::size_t> taken_{0};
    OfUser of_user_;
};

}  // namespace notifyd::gateway
