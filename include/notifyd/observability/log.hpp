// A log line as data, and the sink that it goes to. How a line looks is up to the sink.
// Owns:   a line owns nothing and is valid during the call that writes it; a sink that keeps it must copy it.
// Thread: a sink takes lines from any thread.
// Fails:  never: a line that cannot be written is lost, and the caller continues.
#pragma once

#include "notifyd/config/log_level.hpp"
#include "notifyd/core/clock.hpp"

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace notifyd::observability {

using config::LogLevel;

using LogValue = std::variant<std::string_view, std::int64_t, double, bool>;

struct LogField {
    std::string_view name;  // snake_case, from the program, never from a peer
    LogValue value;         // may come from a peer: the sink escapes it
};

struct LogLine {
    EpochMs time = 0;
    LogLevel level = LogLevel::info;
    std::string_view event_type;
    std::span<const LogField> fields;
};

class LogSink {
  public:
    explicit LogSink(LogLevel level) : level_(level) {}
    virtual ~LogSink() = default;
    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;

    // To be asked before a line is built, so that an unwanted line costs one load.
    [[nodiscard]] bool wants(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed); }
    // Takes effect for the next line; callable from any thread.
    void set_level(LogLevel level) { level_.store(level, std::memory_order_relaxed); }

    virtual void write(const LogLine& line) = 0;

  private:
    std::atomic<LogLevel> level_;
};

}  // namespace notifyd::observability
