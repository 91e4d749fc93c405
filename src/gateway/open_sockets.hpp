// How many sockets are open, in all and of one address. Keep-alive and idle ones count as others do, so that nobody
// holds all that the server has.
// Owns:   the counts.
// Thread: any.
// Fails:  by refusing.
#pragma once

#include "notifyd/runtime/sharded_map.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace notifyd::gateway {

class OpenSockets {
  public:
    // One socket's share, given back with it; none, when it was refused.
    class Place {
      public:
        explicit Place(std::string_view refusal) : refusal_(refusal) {}
        Place(OpenSockets& sockets, std::string key) : sockets_(&sockets), key_(std::move(key)) {}
        Place(Place&& other) noexcept
            : sockets_(std::exchange(other.sockets_, nullptr)), key_(std::move(other.key_)), refusal_(other.refusal_) {}
        Place& operator=(Place&&) = delete;
        ~Place();

        [[nodiscard]] bool is_taken() const { return sockets_ != nullptr; }
        // "server_full" or "address_full", where it is not.
        [[nodiscard]] std::string_view refusal() const { return refusal_; }

      private:
        OpenSockets* sockets_ = nullptr;
        std::string key_;
        std::string_view refusal_;
    };

    void set_max(std::size_t sockets) { max_ = sockets; }
    // `key`: what limits count the address as; empty: this one may have them all.
    [[nodiscard]] Place take(std::string key);
    // A quarter of all; an office behind one address has enough even of a small server's.
    [[nodiscard]] std::size_t address_max() const;

  private:
    using OfAddress = runtime::ShardedMap<std::string, std::size_t>;

    [[nodiscard]] bool take_of_address(const std::string& key);
    void give_back(const std::string& key);

    std::atomic<std::size_t> max_{0};
    std::atomic<std::size_t> open_{0};
    OfAddress of_address_;
};

}  // namespace notifyd::gateway
