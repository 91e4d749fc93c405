// The end of the log's queue: writes each line as a whole, counts those that it cannot write, and reports how many were
// lost as soon as writing works again. A reader that has stopped blocks it, but only until the log is destroyed.
// Thread: log() on the log's writer thread, the rest on any.
#pragma once

#include "notifyd/core/clock.hpp"

#include "log_output.hpp"

#include <spdlog/sinks/sink.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::observability {

class LineSink final : public spdlog::sinks::sink {
  public:
    // Returns the line that reports how many were lost.
    using LossLine = std::function<std::string(std::size_t lines)>;

    // An empty path: stderr. Throws std::runtime_error when the file cannot be opened.
    LineSink(std::filesystem::path file, LossLine loss_line);

    // `dropped` returns how many lines the queue has dropped so far. To be set before the first line.
    void count_dropped_by(std::function<std::size_t()> dropped) { dropped_ = std::move(dropped); }
    // Continues in the file that has the name now. Throws std::runtime_error, and then continues in the current one.
    void reopen();
    // From this time on, lines that would have to wait are given up.
    void give_up_at(SteadyTime time) { give_up_at_.store(time.time_since_epoch().count(), std::memory_order_relaxed); }

    void log(const spdlog::details::log_msg& message) override;
    void flush() override {}
    // Lines arrive formatted.
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  private:
    [[nodiscard]] bool write(std::string_view line);
    [[nodiscard]] bool write_all(std::string_view text);
    void take_fresh_output();
    void follow_name();
    void report_losses();

    const std::filesystem::path file_;
    const LossLine loss_line_;
    std::function<std::size_t()> dropped_;
    std::atomic<std::int64_t> give_up_at_;

    std::mutex fresh_mutex_;  // never held while something waits
    std::optional<LogOutput> fresh_;
    std::atomic<bool> has_fresh_{false};

    LogOutput output_;
    std::string line_;
    bool torn_ = false;           // the last line was not written to its end
    std::size_t failed_ = 0;      // lines that could not be written
    std::size_t reported_ = 0;    // lost lines that have been reported
    SteadyTime next_name_check_;  // of a file that may have been deleted
};

}  // namespace notifyd::observability
