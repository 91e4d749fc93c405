// Entry point. An exception that reaches it is a startup failure or a bug: one line on stderr, exit code 1.
#include "app/command_line.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    try {
        return notifyd::app::run_command_line(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "notifyd: " << error.what() << '\n';
    }
    return 1;
}
