// Binds and listens.
#include "accept/listener.hpp"

#include "notifyd/gateway/gateway.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
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
constexpr const char* in_use = "the address is in use, perhaps by another notifyd";

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    int family = AF_UNSPEC;

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Error failure(const config::Endpoint& endpoint, std::string_view why) {
    return {Errc::internal, ("Cannot listen on " + config::to_string(endpoint) + ": ").append(why)};
}

Error failure(const config::Endpoint& endpoint) {
    const int error = errno;
    return failure(endpoint, error == EADDRINUSE ? in_use : std::strerror(error));
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
    // On Linux, accepted sockets inherit it.
    setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (family == AF_INET6) setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    return made;
}

// SO_REUSEPORT would let a second server share the address unnoticed; without it, the first server blocks the second.
bool is_free(const Address& address) {
    const ListenSocket probe = make_socket(address.family, Sharing::alone);
    return probe.get() >= 0 && ::bind(probe.get(), address.get(), address.length) == 0;
}

// Why no socket file can be created at this path, whoever listens there; empty: it can.
std::string why_no_place(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0) {
        if (errno != ENOENT) return "the folder " + folder + " cannot be used: " + std::strerror(errno);
        return "the folder " + folder + " does not exist: create it, or choose another path";
    }
    if (!S_ISDIR(info.st_mode)) return folder + " is not a folder";
    if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT ? "" : std::strerror(errno);
    if (!S_ISSOCK(info.st_mode)) {
        const char* kind = S_ISREG(info.st_mode) ? "file" : S_ISDIR(info.st_mode) ? "folder" : "link or device";
        return std::string("there is a ") + kind + " in its place, not a socket: move it away, or choose another path";
    }
    return "";
}

// What prevents creating a socket file, as a message for the operator; empty: nothing. A socket left behind by a killed
// server is removed; one that somebody listens on is in use.
std::string clear_way(const Address& address, const std::string& path) {
    if (std::string why = why_no_place(path); !why.empty()) return why;
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 && errno == ENOENT) return "";
    const ListenSocket probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), address.get(), address.length) == 0) return in_use;
    if (errno != ECONNREFUSED) return std::string("another program's socket is in its place: ") + std::strerror(errno);
    if (::unlink(path.c_str()) == 0) return "";
    return std::string("the socket left there by a killed server cannot be removed: ") + std::strerror(errno);
}

// The umask may have removed some of the mode. The file is named by a descriptor, because whoever may write to the
// folder can replace it with a link.
bool give_mode(const std::string& path, unsigned mode) {
    const ListenSocket file(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return false;
    if (!S_ISSOCK(info.st_mode)) return errno = EADDRINUSE, false;
    if ((info.st_mode & 0777U) == mode) return true;
    return ::chmod(("/proc/self/fd/" + std::to_string(file.get())).c_str(), mode) == 0;
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

Result<void> check_listen(const config::Endpoint& endpoint) {
    if (!endpoint.is_unix()) return {};
    const std::string why = why_no_place(endpoint.unix_path);
    return why.empty() ? Result<void>() : Result<void>(failure(endpoint, why));
}

Result<Listeners> open_listeners(const config::Endpoint& endpoint, unsigned socket_mode, std::size_t loops) {
    std::optional<Address> address = resolve(endpoint);
    if (!address) {
        errno = EINVAL;
        return failure(endpoint);
    }
    Listeners listeners;
    listeners.endpoint = endpoint;
    listeners.family = address->family;
    const bool local = endpoint.is_unix();
    if (!local && !is_free(*address)) return failure(endpoint);
    if (local) {
        const std::string obstacle = clear_way(*address, endpoint.unix_path);
        if (!obstacle.empty()) return failure(endpoint, obstacle);
    }
    for (std::size_t i = 0; i < loops; ++i) {
        if (local && i != 0) {
            listeners.sockets.emplace_back(::fcntl(listeners.sockets.front().get(), F_DUPFD_CLOEXEC, 0));
            if (listeners.sockets.back().get() < 0) return failure(endpoint);
            continue;
        }
        ListenSocket made = make_socket(address->family, Sharing::shared);
        // The file created by bind has exactly this mode, and never had more.
        const bool limited = made.get() >= 0 && (!local || ::fchmod(made.get(), socket_mode) == 0);
        if (!limited || ::bind(made.get(), address->get(), address->length) != 0) return failure(endpoint);
        if (local && !give_mode(endpoint.unix_path, socket_mode)) return failure(endpoint);
        if (::listen(made.get(), backlog) != 0) return failure(endpoint);
        // With port 0, all sockets use the port of the first one.
        if (i == 0) {
            listeners.endpoint.port = port_of(made.get());
            set_port(*address, listeners.endpoint.port);
        }
        listeners.sockets.push_back(std::move(made));
    }
    return listeners;
}

}  // namespace notifyd::gateway
