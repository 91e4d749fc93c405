// Shortcut for invalid_request, the error of most refusals in this module.
#pragma once

#include "notifyd/core/error.hpp"

#include <string>
#include <utility>

namespace notifyd::wire {

[[nodiscard]] inline Error invalid(std::string message) {
    return {Errc::invalid_request, std::move(message)};
}

}  // namespace notifyd::wire
