#include "connection_error.hpp"

#include <cerrno>
#include <cstring>
#include <string>

namespace notifyd::bench {

void throw_connection_error(const char* what) {
    throw ConnectionError(std::string(what) + ": " + std::strerror(errno));
}

bool would_wait() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace notifyd::bench
