// Sends datagrams to $NOTIFY_SOCKET.
#include "supervisor.hpp"

#include "notifyd/config/units.hpp"

#include <chrono>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

namespace notifyd::app {

namespace {

std::string value_of(const config::Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

}  // namespace

Supervisor::Supervisor(const config::Environment& environment, pid_t self)
    : address_(value_of(environment, "NOTIFY_SOCKET")) {
    const std::optional<std::int64_t> limit = config::parse_integer(value_of(environment, "WATCHDOG_USEC"));
    const std::string watched = value_of(environment, "WATCHDOG_PID");
    if (limit && *limit > 0 && (watched.empty() || watched == std::to_string(self))) {
        watchdog_ = std::chrono::duration_cast<Milliseconds>(std::chrono::microseconds(*limit));
    }
    if (address_.empty() || address_.size() >= sizeof(sockaddr_un::sun_path)) return;
    // Opened at the start, so that it works even when descriptors have run out.
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

Supervisor::~Supervisor() {
    if (socket_ >= 0) ::close(socket_);
}

void Supervisor::reloading(SteadyTime now) const {
    const auto since_boot = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(since_boot.count()));
}

void Supervisor::send(std::string_view message) const {
    if (socket_ < 0) return;
    sockaddr_un target{};
    target.sun_family = AF_UNIX;
    std::memcpy(target.sun_path, address_.data(), address_.size());
    // "@name" stands for an address in the abstract namespace.
    if (target.sun_path[0] == '@') target.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    static_cast<void>(::sendto(
        socket_, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&target), length));
}

}  // namespace notifyd::app
