// Edge-triggered epoll: when a connection changes state, it is reported by the index it was registered with.
// Throws ConnectionError if a system call fails.
#pragma once

#include "file_descriptor.hpp"

#include <cstddef>
#include <span>
#include <sys/epoll.h>
#include <vector>

namespace notifyd::bench {

class Poller {
  public:
    Poller();

    void watch(int descriptor, std::size_t index);
    std::span<const epoll_event> wait(int timeout_ms);

    // The peer will send nothing more. An edge is reported only once, so the caller must read the stream to its end.
    static bool is_ending(const epoll_event& event) { return (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0; }

  private:
    FileDescriptor epoll_;
    std::vector<epoll_event> events_;
};

}  // namespace notifyd::bench
