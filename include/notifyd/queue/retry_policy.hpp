// When a delivery that found no room is retried, and when it is given up (docs/protocol.md#slow-clients). Pure.
#pragma once

#include "notifyd/core/clock.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace notifyd::queue {

struct RetryPolicy {
    std::uint32_t attempts_max = 3;
    Milliseconds backoff{200};

    // How long to wait after `attempts` failed attempts; nullopt: give up. Doubles each time, up to an hour.
    [[nodiscard]] std::optional<Milliseconds> after(std::uint32_t attempts) const {
        constexpr std::uint32_t doublings_max = 16;
        constexpr Milliseconds longest{3'600'000};
        if (attempts >= attempts_max) return std::nullopt;
        const std::uint32_t doublings = std::min(attempts - 1, doublings_max);
        return std::min(backoff * (1U << doublings), longest);
    }
};

}  // namespace notifyd::queue
