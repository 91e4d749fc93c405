#include "poller.hpp"

#include "connection_error.hpp"

#include <algorithm>

namespace notifyd::bench {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_(1024) {
    if (epoll_.number() < 0) {
        throw_connection_error("epoll_create1");
    }
}

void Poller::watch(int descriptor, std::size_t index) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = index;
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        throw_connection_error("epoll_ctl");
    }
}

std::span<const epoll_event> Poller::wait(int timeout_ms) {
    const int ready = ::epoll_wait(epoll_.number(), events_.data(), static_cast<int>(events_.size()), timeout_ms);
    return std::span(events_).first(static_cast<std::size_t>(std::max(ready, 0)));
}

}  // namespace notifyd::bench
