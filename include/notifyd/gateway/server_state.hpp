// The state of the whole server, as every loop sees it.
#pragma once

#include <atomic>

namespace notifyd::gateway {

struct ServerState {
    // Every loop is listening, and the database is open.
    std::atomic<bool> started{false};
    // SIGTERM was received: no new connections, no new publishes.
    std::atomic<bool> draining{false};
};

}  // namespace notifyd::gateway
