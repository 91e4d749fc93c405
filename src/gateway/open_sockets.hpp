// How many sockets are open, in all, of one address, and as WebSockets. Keep-alive and idle ones count as others do, so
// that nobody holds all that the server has. HTTP connections, which all sockets are at first, get three quarters at
// most, so that WebSockets find room; WebSockets leave an eighth, at most 1,024, so that requests do.
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
            : sockets_(std::exchange(other.sockets_, nullptr)),
              key_(std::move(other.key_)),
              refusal_(other.refusal_),
              is_websocket_(std::exchange(other.is_websocket_, false)) {}
        Place& operator=(Place&&) = delete;
        ~Place() { give_back(); }

        [[nodiscard]] bool is_taken() const { return sockets_ != nullptr; }
        // Whether an HTTP connection that gives way would make room.
        [[nodiscard]] bool is_server_full() const { return refusal_ == server_full; }
        // "server_full" or "address_full", where it is not.
        [[nodiscard]] std::string_view refusal() const { return refusal_; }
        // Whether become_websocket would do; nothing is taken.
        [[nodiscard]] bool can_become_websocket() const;
        // Counts as a WebSocket from here on. False: there are as many as there may be.
        [[nodiscard]] bool become_websocket();
        // The upgrade came to nothing.
        void become_http();
        // Before its end; the socket is closed.
        void give_back();

      private:
        OpenSockets* sockets_ = nullptr;
        std::string key_;
        std::string_view refusal_;
        bool is_websocket_ = false;
    };

    void set_max(std::size_t sockets) { max_ = sockets; }
    // `key`: what limits count the address as; empty: this one may have them all.
    [[nodiscard]] Place take(std::string key);
    // A quarter of all; an office behind one address has enough even of a small server's.
    [[nodiscard]] std::size_t address_max() const;
    [[nodiscard]] std::size_t http_max() const;
    [[nodiscard]] std::size_t websockets_max() const;

  private:
    static constexpr std::string_view server_full = "server_full";
    using OfAddress = runtime::ShardedMap<std::string, std::size_t>;

    [[nodiscard]] bool take_of_server();
    [[nodiscard]] bool take_of_address(const std::string& key);
    void give_back_of_address(const std::string& key);

    std::atomic<std::size_t> max_{0};
    std::atomic<std::size_t> http_{0};
    std::atomic<std::size_t> websockets_{0};
    OfAddress of_address_;
};

}  // namespace notifyd::gateway
