// Ids from the kernel's random number generator.
#include "notifyd/core/ids.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/random.h>

namespace notifyd {

void SystemIdSource::draw(std::uint8_t* out, std::size_t count) {
    if (used_ + count > pool_.size()) {
        std::size_t filled = 0;
        while (filled < pool_.size()) {
            const ssize_t got = ::getrandom(pool_.data() + filled, pool_.size() - filled, 0);
            if (got > 0) {
                filled += static_cast<std::size_t>(got);
            } else if (errno != EINTR) {
                std::abort();  // Without getrandom, no id could be trusted.
            }
        }
        used_ = 0;
    }
    std::memcpy(out, pool_.data() + used_, count);
    used_ += count;
}

Uuid SystemIdSource::time_ordered(EpochMs now) {
    std::array<std::uint8_t, 10> random{};
    draw(random.data(), random.size());
    return make_uuid_v7(now, random);
}

Uuid SystemIdSource::random() {
    std::array<std::uint8_t, 16> random{};
    draw(random.data(), random.size());
    return make_uuid_v4(random);
}

}  // namespace notifyd
