// The chat of a connection, and its role in that chat.
#pragma once

#include <cstdint>
#include <string>

namespace notifyd::bench {

enum class Role : std::uint8_t { subscriber, publisher, member };

struct Seat {
    Role role = Role::subscriber;
    std::string chat;

    bool subscribes() const { return role != Role::publisher; }
    bool publishes() const { return role != Role::subscriber; }
};

}  // namespace notifyd::bench
