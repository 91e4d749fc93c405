// Levels of the log. In a header of their own, because every event has a level and few files need the rest of the
// config.
#pragma once

#include <cstdint>
#include <string_view>

namespace notifyd::config {

// Ordered: a log at one level shows that level and all later ones.
enum class LogLevel : std::uint8_t { debug, info, warn, error };

[[nodiscard]] constexpr std::string_view to_string(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
    }
    return "error";
}

}  // namespace notifyd::config
