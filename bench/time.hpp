// Monotonic time in nanoseconds, and the CPU time of a process.
// cpu_time is 0 if the process no longer exists.
#pragma once

#include <cstdint>
#include <ctime>
#include <sys/types.h>

namespace notifyd::bench {

using Nanoseconds = std::uint64_t;

inline Nanoseconds read_clock(clockid_t clock) {
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) {
        return 0;
    }
    return static_cast<Nanoseconds>(time.tv_sec) * 1'000'000'000U + static_cast<Nanoseconds>(time.tv_nsec);
}

inline Nanoseconds monotonic_now() {
    return read_clock(CLOCK_MONOTONIC);
}

inline Nanoseconds own_cpu_time() {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

inline Nanoseconds cpu_time_of(pid_t process) {
    clockid_t clock{};
    if (process <= 0 || ::clock_getcpuclockid(process, &clock) != 0) {
        return 0;
    }
    return read_clock(clock);
}

}  // namespace notifyd::bench
