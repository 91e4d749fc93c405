// The error that most refusals of this module are.
#pragma once

#include "notifyd/core/error.hpp"

#include <string>
#include <utility>

namespace notifyd::wire {

[[nodiscard]] inline Error invalid(std::string message) {
    return {Errc::invalid_request, std::move(message)};
}

}  // namespace notifyd::wire
