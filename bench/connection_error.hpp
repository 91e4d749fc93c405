// Thrown when a connection can no longer be used; the message gives the reason.
#pragma once

#include <stdexcept>

namespace notifyd::bench {

class ConnectionError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Throws a ConnectionError with the message of `errno`.
[[noreturn]] void throw_connection_error(const char* what);

// Whether `errno` means that the call would block.
bool would_wait();

}  // namespace notifyd::bench
