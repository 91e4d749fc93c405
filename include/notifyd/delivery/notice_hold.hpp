// Holds notices back from a connection that is not ready for them: it is being sent what was pending before it
// connected.
// Thread: the connection's loop.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/core/message.hpp"

#include <span>
#include <vector>

namespace notifyd::delivery {

class NoticeHold {
  public:
    virtual ~NoticeHold() = default;
    // For a connection with `awaits_pending`: returns the part of the run that must be sent now. The rest is sent
    // later, or was sent already.
    [[nodiscard]] virtual std::vector<Delivery> pass(connection::Connection& connection,
                                                     std::span<const Delivery> run) = 0;
};

}  // namespace notifyd::delivery
