// Explains a command line that lacks a known command.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace notifyd::app {

// For a command line that CLI11 has rejected: a message that lists the commands. Empty if the mistake is a different
// one, which CLI11's own message names.
[[nodiscard]] std::string problem_with_command(const CLI::App& cli);

}  // namespace notifyd::app
