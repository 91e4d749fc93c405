// How many sockets are open: in total, per address, and as WebSockets. Keep-alive and idle connections count like any
// other, so that nobody can occupy the whole server. HTTP connections, which all sockets are at first, get three
// quarters at most, so that WebSockets find room; WebSockets leave an eighth free, at most 1,024, for requests.
// Owns:   the counts.
// Thread: any.
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
    // The place of one socket, returned on destruction; empty if it was refused.
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
        // Whether it would help if an HTTP connection gave way.
        [[nodiscard]] bool is_server_full() const { return refusal_ == server_full; }
        // "server_full" or "address_full" if it was refused.
        [[nodiscard]] std::string_view refusal() const { return refusal_; }
        // Whether become_websocket would succeed; takes nothing.
        [[nodiscard]] bool can_become_websocket() const;
        // Counts as a WebSocket from here on. False: the limit has been reached.
        [[nodiscard]] bool become_websocket();
        // The upgrade failed.
        void become_http();
        // Returns the place early, because the socket is already closed.
        void give_back();

      private:
        OpenSockets* sockets_ = nullptr;
        std::string key_;
        std::string_view refusal_;
        bool is_websocket_ = false;
    };

    void set_max(std::size_t sockets) { max_ = sockets; }
    // `key`: the key that limits count the address under; empty: unlimited.
    [[nodiscard]] Place take(std::string key);
    // A quarter of all, with a minimum, so that an office behind one address has enough even on a small server.
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
