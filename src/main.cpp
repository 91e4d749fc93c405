// Entry point. Whatever escapes to here is a startup failure or a bug: one line, exit code 1.
#include <exception>
#include <iostream>

#include "app/command_line.hpp"

int main(int argc, char** argv) {
    try {
        return notifyd::app::run_command_line(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "notifyd: " << error.what() << '\n';
    }
    return 1;
}
