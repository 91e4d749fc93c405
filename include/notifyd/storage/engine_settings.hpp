// What every engine must know about the data that it keeps, wherever it keeps them.
#pragma once

#include "notifyd/core/clock.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::storage {

// full: an acknowledged message survives a power cut. normal: it survives only the end of the process.
enum class Durability : std::uint8_t { full, normal };

// off: messages are numbered, but no row is kept.
enum class History : std::uint8_t { keep, off };

struct EngineSettings {
    Durability durability = Durability::full;
    History history = History::keep;
    // How long a deduplication key is remembered; 0: keys are ignored.
    Milliseconds deduplication_window{0};
    // Dead letters kept per user, the newest ones; 0 means no limit.
    std::size_t dead_letters_per_user = 10'000;
};

}  // namespace notifyd::storage
