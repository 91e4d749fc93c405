// The log's writer: an asynchronous spdlog logger that never makes an event loop wait.
#include "notifyd/observability/logger.hpp"

#include "notifyd/core/this_thread.hpp"

#include "line_format.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace notifyd::observability {

namespace {

// Each waiting line takes some 400 bytes.
constexpr std::size_t queue_lines_max = 8192;

// The line is complete as it comes.
constexpr const char* line_pattern = "%v";

// A line must not cost a loop its place on a busy core.
void begin_writer() {
    this_thread::set_name("log");
    this_thread::run_in_background();
}

config::LogFormat decide_format(const config::Log& settings) {
    if (settings.format != config::LogFormat::automatic) return settings.format;
    const bool on_terminal = settings.file.empty() && ::isatty(STDERR_FILENO) == 1;
    return on_terminal ? config::LogFormat::text : config::LogFormat::json;
}

spdlog::sink_ptr open_sink(const std::filesystem::path& file) {
    if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    try {
        return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    } catch (const spdlog::spdlog_ex& failure) {
        throw std::runtime_error("log.file cannot be opened: " + std::string(failure.what()));
    }
}

}  // namespace

struct Logger::Writer {
    explicit Writer(const config::Log& settings)
        : sink(std::make_shared<spdlog::sinks::dist_sink_mt>(std::vector{open_sink(settings.file)})),
          pool(std::make_shared<spdlog::details::thread_pool>(queue_lines_max, 1, begin_writer)),
          logger(std::make_shared<spdlog::async_logger>(
              "notifyd", sink, pool, spdlog::async_overflow_policy::overrun_oldest)) {
        // Levels are filtered by LogSink.
        logger->set_pattern(line_pattern);
        logger->set_level(spdlog::level::trace);
        // The writer thread flushes each line, so that the log is whole up to the moment of a crash.
        logger->flush_on(spdlog::level::trace);
    }

    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // The pool first, which drains and joins (the logger knows it by weak pointer): waiting lines hold the logger, and
    // the last of them would end it on the writer thread.
    ~Writer() { pool.reset(); }

    // Holds the one that writes, so that another can take its place between two lines.
    std::shared_ptr<spdlog::sinks::dist_sink_mt> sink;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
};

Logger::Logger(const config::Log& settings)
    : LogSink(settings.level),
      writer_(std::make_unique<Writer>(settings)),
      format_(decide_format(settings)),
      file_(settings.file) {}

Result<void> Logger::reopen() {
    if (file_.empty()) return {};
    try {
        const spdlog::sink_ptr fresh = open_sink(file_);
        fresh->set_pattern(line_pattern);
        writer_->sink->set_sinks({fresh});
    } catch (const std::runtime_error& failure) {
        return Error{Errc::unavailable, failure.what()};
    }
    return {};
}

Logger::~Logger() {
    if (const std::size_t lost = writer_->pool->overrun_counter(); lost > 0) {
        const LogField fields[] = {{"lines", static_cast<std::int64_t>(lost)}};
        write(LogLine{SystemClock{}.now_ms(), LogLevel::warn, "log_lines_dropped", fields});
    }
}

void Logger::write(const LogLine& line) {
    const std::string text = format_ == config::LogFormat::text ? to_text_line(line) : to_json_line(line);
    writer_->logger->log(spdlog::level::info, spdlog::string_view_t(text));
}

}  // namespace notifyd::observability
