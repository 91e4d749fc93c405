// The daemon's log: JSON lines, or readable text on a terminal, to stderr or a file.
// Flow:   any thread formats its line -> bounded queue -> one writer thread. A full queue drops its oldest line.
// Owns:   the writer thread and the open file.
// Thread: write() and reopen() from any; built and destroyed by one.
// Fails:  the constructor throws std::runtime_error when the file cannot be opened; later nothing does.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/observability/log.hpp"

#include <filesystem>
#include <memory>

namespace notifyd::observability {

class Logger final : public LogSink {
  public:
    explicit Logger(const config::Log& settings);
    // Writes out what is queued.
    ~Logger() override;

    void write(const LogLine& line) override;

    // Opens the file again by its name, for whoever has moved it away (logrotate); stderr stays what it is.
    // Fails with a sentence, and goes on with the file that is open.
    [[nodiscard]] Result<void> reopen();

  private:
    struct Writer;
    std::unique_ptr<Writer> writer_;
    config::LogFormat format_;
    std::filesystem::path file_;
};

}  // namespace notifyd::observability
