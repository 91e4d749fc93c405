// What all connections of a workload share when they are opened.
// Throws ConnectionError if TLS cannot be set up.
#pragma once

#include "options.hpp"
#include "scratch.hpp"
#include "stream.hpp"
#include "tls.hpp"

#include <optional>

namespace notifyd::bench {

class Setup {
  public:
    explicit Setup(const Options& of) : options(of), endpoint{.host = of.host, .port = of.port} {
        if (of.tls == Switch::on) {
            endpoint.tls = &tls_.emplace(of.resume);
        }
    }
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;

    const Options& options;
    Endpoint endpoint;
    Scratch scratch;

  private:
    std::optional<TlsContext> tls_;
};

}  // namespace notifyd::bench
