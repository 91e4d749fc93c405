// bind and listen.
#include "listener.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace notifyd::gateway {

namespace {

constexpr int backlog = 4096;

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    int family = AF_UNSPEC;

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Error failure(const config::Endpoint& endpoint) {
    const int error = errno;
    std::string what = "Cannot listen on " + config::to_string(endpoint) + ": ";
    what += error == EADDRINUSE ? "the address is in use, perhaps by another notifyd" : std::strerror(error);
    return {Errc::internal, std::move(what)};
}

std::optional<Address> resolve(const config::Endpoint& endpoint) {
    Address address;
    if (endpoint.is_unix()) {
        auto& local = reinterpret_cast<sockaddr_un&>(address.storage);
        if (endpoint.unix_path.size() >= sizeof local.sun_path) return std::nullopt;
        local.sun_family = AF_UNIX;
        std::memcpy(local.sun_path, endpoint.unix_path.c_str(), endpoint.unix_path.size() + 1);
        address.length = sizeof local;
        address.family = AF_UNIX;
        return address;
    }
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    if (inet_pton(AF_INET, endpoint.host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(endpoint.port);
        address.length = sizeof v4;
        address.family = AF_INET;
        return address;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    if (inet_pton(AF_INET6, endpoint.host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port);
        address.length = sizeof v6;
        address.family = AF_INET6;
        return address;
    }
    return std::nullopt;
}

enum class Sharing : bool { alone, shared };

ListenSocket make_socket(int family, Sharing sharing) {
    ListenSocket made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (made.get() < 0 || family == AF_UNIX) return made;
    const int on = 1;
    const int off = 0;
    setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (sharing == Sharing::shared) setsockopt(made.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    // Accepted sockets inherit it on Linux.
    setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (family == AF_INET6) setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    return made;
}

// With SO_REUSEPORT a second server could share the address unnoticed; without it, the first one is in the way.
bool is_free(const Address& address) {
    const ListenSocket probe = make_socket(address.family, Sharing::alone);
    return probe.get() >= 0 && ::bind(probe.get(), address.get(), address.length) == 0;
}

// A socket file that a killed server left behind is removed; one that somebody listens on is in use.
bool clear_stale_socket_file(const Address& address, const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return true;
    if (!S_ISSOCK(info.st_mode)) return errno = EADDRINUSE, false;
    const ListenSocket probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), address.get(), address.length) == 0) return errno = EADDRINUSE, false;
    return ::unlink(path.c_str()) == 0;
}

std::uint16_t port_of(int descriptor) {
    Address bound;
    bound.length = sizeof bound.storage;
    getsockname(descriptor, bound.get(), &bound.length);
    if (bound.storage.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in&>(bound.storage).sin_port);
    if (bound.storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6&>(bound.storage).sin6_port);
    return 0;
}

void set_port(Address& address, std::uint16_t port) {
    if (address.family == AF_INET) reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port);
    if (address.family == AF_INET6) reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = htons(port);
}

}  // namespace

ListenSocket::~ListenSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

int ListenSocket::release() {
    return std::exchange(descriptor_, -1);
}

Result<Listeners> open_listeners(const config::Endpoint& endpoint, std::size_t loops) {
    std::optional<Address> address = resolve(endpoint);
    if (!address) {
        errno = EINVAL;
        return failure(endpoint);
    }
    Listeners listeners;
    listeners.endpoint = endpoint;
    listeners.family = address->family;
    const bool local = endpoint.is_unix();
    if (local ? !clear_stale_socket_file(*address, endpoint.unix_path) : !is_free(*address)) return failure(endpoint);
    for (std::size_t i = 0; i < loops; ++i) {
        if (local && i != 0) {
            listeners.sockets.emplace_back(::fcntl(listeners.sockets.front().get(), F_DUPFD_CLOEXEC, 0));
            if (listeners.sockets.back().get() < 0) return failure(endpoint);
            continue;
        }
        ListenSocket made = make_socket(address->family, Sharing::shared);
        if (made.get() < 0 || ::bind(made.get(), address->get(), address->length) != 0 ||
            ::listen(made.get(), backlog) != 0) {
            return failure(endpoint);
        }
        // Port 0: the first socket's port is everybody's.
        if (i == 0) {
            listeners.endpoint.port = port_of(made.get());
            set_port(*address, listeners.endpoint.port);
        }
        listeners.sockets.push_back(std::move(made));
    }
    return listeners;
}

}  // namespace notifyd::gateway
