// Tells systemd how the process is doing (sd_notify(3)): one datagram a message, to the socket that it names in the
// environment. Its protocol is stable and this small; its library would bring four more into the process.
// Owns:   one socket.
// Thread: main.
// Fails:  never; without a supervisor nothing is sent.
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

    // How long it waits for alive() before it ends the process; nullopt: it does not.
    [[nodiscard]] std::optional<Milliseconds> watchdog() const { return watchdog_; }

  private:
    void send(std::string_view message) const;

    int socket_ = -1;
    std::string address_;
    std::optional<Milliseconds> watchdog_;
};

}  // namespace notifyd::app
