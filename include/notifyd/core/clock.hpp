// Time as a parameter: nothing else in the project reads the system clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace notifyd {

using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// UTC wall-clock time in milliseconds since 1970.
using EpochMs = std::int64_t;

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual EpochMs now_ms() const = 0;
    [[nodiscard]] virtual SteadyTime steady_now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] EpochMs now_ms() const override;
    [[nodiscard]] SteadyTime steady_now() const override;
};

// "2026-01-31T12:00:00.000Z"; years 0 to 9999.
[[nodiscard]] std::string to_iso8601(EpochMs time);
// Writes the same 24 characters at `out`.
void write_iso8601(EpochMs time, char* out);

}  // namespace notifyd
