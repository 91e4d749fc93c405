// Listening sockets: one per loop on the same address (SO_REUSEPORT), or one Unix socket that all loops accept from.
// Owns:   descriptors, until they are handed to the loops.
// Thread: startup.
// Fails:  with a message for the operator: address in use, no permission, …
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"

#include <string>
#include <vector>

namespace notifyd::gateway {

class ListenSocket {
  public:
    explicit ListenSocket(int descriptor) : descriptor_(descriptor) {}
    ListenSocket(ListenSocket&& other) noexcept : descriptor_(other.release()) {}
    ListenSocket& operator=(ListenSocket&&) = delete;
    ~ListenSocket();

    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] int release();

  private:
    int descriptor_;
};

struct Listeners {
    std::vector<ListenSocket> sockets;  // one per loop
    config::Endpoint endpoint;          // with the actual port
    int family = 0;
};

// `socket_mode`: the mode of a Unix socket's file, from the moment it is created.
[[nodiscard]] Result<Listeners> open_listeners(const config::Endpoint& endpoint,
                                               unsigned socket_mode,
                                               std::size_t loops);

}  // namespace notifyd::gateway
