#include "stream.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <span>
#include <sys/socket.h>

namespace notifyd::bench {
namespace {

constexpr int wait_ms_max = 10'000;

FileDescriptor begin_to_connect(const Endpoint& endpoint) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    if (::inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) {
        throw ConnectionError("not an IPv4 address: " + endpoint.host);
    }
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.number() < 0) {
        throw_connection_error("socket");
    }
    const int on = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS) {
        throw_connection_error("connect");
    }
    return socket;
}

bool is_connected(int descriptor) {
    pollfd socket{.fd = descriptor, .events = POLLOUT, .revents = 0};
    if (::poll(&socket, 1, 0) == 0) {
        return false;
    }
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
        errno = error;
        throw_connection_error("connect");
    }
    return true;
}

}  // namespace

Stream::Stream(const Endpoint& endpoint)
    : socket_(begin_to_connect(endpoint)),
      tls_(endpoint.tls == nullptr ? nullptr : std::make_unique<TlsSession>(*endpoint.tls, socket_.number())) {}

bool Stream::establish() {
    if (connecting_) {
        if (!is_connected(descriptor())) {
            return false;
        }
        connecting_ = false;
    }
    return tls_ == nullptr || tls_->shake_hands();
}

void Stream::wait() const {
    const bool to_write = connecting_ || sent_ < outgoing_.size();
    pollfd socket{.fd = descriptor(), .events = static_cast<short>(to_write ? POLLIN | POLLOUT : POLLIN), .revents = 0};
    if (::poll(&socket, 1, wait_ms_max) == 0) {
        throw ConnectionError("the server is silent while a connection is set up");
    }
}

Stream::Count Stream::read(Scratch& scratch, std::size_t kept) {
    const std::span<char> space = scratch.bytes().subspan(kept);
    if (tls_ != nullptr) {
        const TlsSession::Count count = tls_->receive(space, scratch.encrypted());
        return {.bytes = count.bytes, .ended = count.ended};
    }
    const ssize_t received = ::recv(descriptor(), space.data(), space.size(), 0);
    if (received > 0) [[likely]] {
        return {.bytes = static_cast<std::size_t>(received)};
    }
    if (received < 0 && !would_wait()) {
        throw_connection_error("recv");
    }
    return {.bytes = 0, .ended = received == 0};
}

void Stream::stop_if_ended(const Received& received) {
    if (received.ended) {
        throw ConnectionError("the server closed the connection");
    }
}

Stream::Received Stream::receive(Scratch& scratch) {
    const std::span<char> space = scratch.bytes();
    const std::size_t kept = unfinished_.size();
    if (kept >= space.size()) {
        throw ConnectionError("a frame is larger than the receive buffer");
    }
    const Count count = read(scratch, kept);
    if (count.bytes == 0) {
        if (put_back_ && !count.ended) {
            put_back_ = false;
            unfinished_.copy(space.data(), kept);
            return {.bytes = std::string_view(space.data(), kept)};
        }
        return {.bytes = {}, .ended = count.ended};
    }
    // Copied after the read, so that a read without data costs no copy.
    unfinished_.copy(space.data(), kept);
    const std::size_t total = kept + count.bytes;
    const bool may_have_more = total == space.size() || (tls_ != nullptr && tls_->may_have_more());
    return {.bytes = std::string_view(space.data(), total), .may_have_more = may_have_more};
}

void Stream::put_back(std::string_view bytes) {
    unfinished_.assign(bytes);
    put_back_ = !bytes.empty();
}

std::size_t Stream::write(std::string_view bytes) {
    if (tls_ != nullptr) {
        return tls_->send(bytes);
    }
    const ssize_t sent = ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
        if (would_wait()) {
            return 0;
        }
        throw_connection_error("send");
    }
    return static_cast<std::size_t>(sent);
}

void Stream::flush() {
    while (sent_ < outgoing_.size()) {
        const std::size_t sent = write(std::string_view(outgoing_).substr(sent_));
        if (sent == 0) {
            return;
        }
        sent_ += sent;
    }
    outgoing_.clear();
    sent_ = 0;
}

void Stream::abandon_on_close() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace notifyd::bench
