// Reports the state of the process to systemd (sd_notify(3)): one datagram per message, to the socket named in the
// environment; without a supervisor nothing is sent. The protocol is stable and this small, whereas libsystemd would
// pull four more libraries into the process.
#pragma once

#include "notifyd/config/load_config.hpp"
#include "notifyd/core/clock.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

namespace notifyd::app {

class Supervisor {
  public:
    explicit Supervisor(const config::Environment& environment, pid_t self = ::getpid());
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;
    ~Supervisor();

    void ready() const { send("READY=1"); }
    void reloading(SteadyTime now) const;
    void stopping() const { send("STOPPING=1"); }
    void alive() const { send("WATCHDOG=1"); }

    // How long the supervisor waits for alive() before it kills the process; nullopt if it has no watchdog.
    [[nodiscard]] std::optional<Milliseconds> watchdog() const { return watchdog_; }

  private:
    void send(std::string_view message) const;

    int socket_ = -1;
    std::string address_;
    std::optional<Milliseconds> watchdog_;
};

}  // namespace notifyd::app
