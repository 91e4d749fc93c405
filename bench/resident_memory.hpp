// The resident memory of a process; 0 if the process no longer exists.
#pragma once

#include <cstdint>
#include <sys/types.h>

namespace notifyd::bench {

// VmRSS of /proc/PID/status, in bytes.
std::uint64_t resident_bytes_of(pid_t process);

}  // namespace notifyd::bench
