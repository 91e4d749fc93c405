#include "stream.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace notifyd::bench {
namespace {

constexpr timeval setup_timeout{.tv_sec = 10, .tv_usec = 0};

[[noreturn]] void fail(const char* what) {
    throw ConnectionError(std::string(what) + ": " + std::strerror(errno));
}

FileDescriptor open_socket(const std::string& host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
        throw ConnectionError("not an IPv4 address: " + host);
    }
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.number() < 0) {
        fail("socket");
    }
    const int on = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &setup_timeout, sizeof setup_timeout);
    ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &setup_timeout, sizeof setup_timeout);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        fail("connect");
    }
    return socket;
}

bool would_wait() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

Stream::Stream(const std::string& host, std::uint16_t port) : socket_(open_socket(host, port)) {}

void Stream::send_and_wait(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            fail("send");
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string_view Stream::receive_and_wait() {
    std::array<char, 4096> bytes{};
    const ssize_t received = ::recv(descriptor(), bytes.data(), bytes.size(), 0);
    if (received < 0) {
        fail("recv");
    }
    if (received == 0) {
        throw ConnectionError("the server closed the connection during the handshake");
    }
    unfinished_.append(bytes.data(), static_cast<std::size_t>(received));
    return unfinished_;
}

void Stream::stop_waiting() {
    if (::fcntl(descriptor(), F_SETFL, O_NONBLOCK) != 0) {
        fail("fcntl");
    }
}

Stream::Received Stream::receive(Scratch& scratch) {
    const std::span<char> space = scratch.bytes();
    const std::size_t kept = unfinished_.size();
    if (kept >= space.size()) {
        throw ConnectionError("a frame is larger than the receive buffer");
    }
    const ssize_t received = ::recv(descriptor(), space.data() + kept, space.size() - kept, 0);
    if (received == 0) {
        throw ConnectionError("the server closed the connection");
    }
    if (received < 0) {
        if (would_wait()) {
            return {};
        }
        fail("recv");
    }
    // After the system call, so that an empty read costs no copy.
    unfinished_.copy(space.data(), kept);
    const std::size_t total = kept + static_cast<std::size_t>(received);
    return {.bytes = std::string_view(space.data(), total), .may_have_more = total == space.size()};
}

void Stream::flush() {
    while (sent_ < outgoing_.size()) {
        const ssize_t sent = ::send(descriptor(), outgoing_.data() + sent_, outgoing_.size() - sent_, MSG_NOSIGNAL);
        if (sent < 0) {
            if (would_wait()) {
                return;
            }
            fail("send");
        }
        sent_ += static_cast<std::size_t>(sent);
    }
    outgoing_.clear();
    sent_ = 0;
}

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_(1024) {
    if (epoll_.number() < 0) {
        fail("epoll_create1");
    }
}

void Poller::watch(int descriptor, std::size_t index) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = index;
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        fail("epoll_ctl");
    }
}

std::span<const epoll_event> Poller::wait(int timeout_ms) {
    const int ready = ::epoll_wait(epoll_.number(), events_.data(), static_cast<int>(events_.size()), timeout_ms);
    return std::span(events_).first(static_cast<std::size_t>(std::max(ready, 0)));
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

}  // namespace notifyd::bench
