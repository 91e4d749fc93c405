// notifyd check-config: everything the server would look at before it starts, and the keys it would fetch.
// Owns:   nothing. Thread: main.
// Fails:  by exit code, with every mistake as a line on stderr.
#pragma once

#include <cstdint>
#include <string>

namespace notifyd::app {

enum class Network : std::uint8_t { used, offline };

[[nodiscard]] int check_config(const std::string& file, Network network);

}  // namespace notifyd::app
