// notifyd check-config: checks everything that the server checks before it starts, and fetches the JWKS.
// Returns the exit code; every mistake is a line on stderr.
#pragma once

#include <cstdint>
#include <string>

namespace notifyd::app {

enum class Network : std::uint8_t { used, offline };

[[nodiscard]] int check_config(const std::string& file, Network network);

}  // namespace notifyd::app
