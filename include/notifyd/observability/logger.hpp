// The daemon's log: JSON lines, or readable text on a terminal, to stderr or a file.
// Flow:   any thread formats its line -> bounded queue -> one writer thread. A full queue drops its oldest line. Lines
//         that were dropped or could not be written are counted, and reported once writing works again.
// Owns:   the writer thread and the open file.
// Thread: write() and reopen() from any; built and destroyed by one.
// Fails:  the constructor throws std::runtime_error if the file cannot be opened; nothing else does.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/observability/log.hpp"

#include <memory>

namespace notifyd::observability {

class Logger final : public LogSink {
  public:
    explicit Logger(const config::Log& settings);
    // Writes out what is queued, and waits that long (the patience) for a reader that has stopped.
    ~Logger() override;
    void set_patience(Milliseconds patience) { patience_ = patience; }

    void write(const LogLine& line) override;

    // Opens the file again by its name, after logrotate has moved it away; stderr is left alone. A new file gets the
    // mode and the owner of the old one. On failure, logging continues in the file that is open.
    [[nodiscard]] Result<void> reopen();

  private:
    struct Writer;
    std::unique_ptr<Writer> writer_;
    config::LogFormat format_;
    Milliseconds patience_{2'000};
};

}  // namespace notifyd::observability
