// The ids used throughout the server, and the source of new ones.
// Thread: an IdSource belongs to one thread.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/strong_id.hpp"
#include "notifyd/core/uuid.hpp"

#include <cstdint>
#include <string>

namespace notifyd {

using UserId = StrongId<struct UserIdTag, std::string>;
using MessageId = StrongId<struct MessageIdTag, Uuid>;
using ConnectionId = StrongId<struct ConnectionIdTag, Uuid>;

// A topic's consecutive number: 1, 2, 3 …; 0 means not numbered.
using Sequence = std::uint64_t;
// A row's position in the commit order of the whole database.
using Position = std::int64_t;

class IdSource {
  public:
    virtual ~IdSource() = default;
    // UUIDv7: sorts by creation time.
    [[nodiscard]] virtual Uuid time_ordered(EpochMs now) = 0;
    // UUIDv4: for request ids and the database's epoch.
    [[nodiscard]] virtual Uuid random() = 0;
};

// Draws from the kernel in blocks (getrandom(2)), so that an id costs no system call.
class SystemIdSource final : public IdSource {
  public:
    [[nodiscard]] Uuid time_ordered(EpochMs now) override;
    [[nodiscard]] Uuid random() override;

  private:
    void draw(std::uint8_t* out, std::size_t count);

    std::array<std::uint8_t, 4096> pool_{};
    std::size_t used_ = pool_.size();
};

}  // namespace notifyd
