// A connection that cannot be used any more, with the reason.
// Owns: the reason. Thread: any. Fails: never.
#pragma once

#include <stdexcept>

namespace notifyd::bench {

class ConnectionError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Throws a ConnectionError with what `errno` says.
[[noreturn]] void throw_connection_error(const char* what);

// Whether `errno` says that the call would have had to wait.
bool would_wait();

}  // namespace notifyd::bench
