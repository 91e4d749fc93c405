#include "resident_memory.hpp"

#include <fstream>
#include <string>

namespace notifyd::bench {

std::uint64_t resident_bytes_of(pid_t process) {
    constexpr std::uint64_t kibibyte = 1024;
    const std::string label = "VmRSS:";
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string word; status >> word;) {
        std::uint64_t kibibytes = 0;
        if (word == label && status >> kibibytes) {
            return kibibytes * kibibyte;
        }
    }
    return 0;
}

}  // namespace notifyd::bench
