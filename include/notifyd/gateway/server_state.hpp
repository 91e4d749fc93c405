// What the whole server is doing, as every loop sees it.
// Owns: flags. Thread: any. Fails: never.
#pragma once

#include <atomic>

namespace notifyd::gateway {

struct ServerState {
    // Every loop listens and the database is open.
    std::atomic<bool> started{false};
    // SIGTERM came: no new connections, no new publishes.
    std::atomic<bool> draining{false};
};

}  // namespace notifyd::gateway
