// The answer to everything about presence if it is disabled.
#pragma once

#include "notifyd/core/error.hpp"

namespace notifyd::gateway {

[[nodiscard]] inline Error presence_off() {
    return {Errc::not_found, "Presence is switched off on this server (presence.enabled)"};
}

}  // namespace notifyd::gateway
