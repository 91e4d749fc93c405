// What is wrong where a command line has no command that there is.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace notifyd::app {

// Of a command line that CLI11 has refused: a sentence with the commands that there are; empty: the mistake is another
// one, and CLI11's own text names it.
[[nodiscard]] std::string problem_with_command(const CLI::App& cli);

}  // namespace notifyd::app
