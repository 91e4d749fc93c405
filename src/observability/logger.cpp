// The log's writer: an asynchronous spdlog logger that never makes an event loop wait.
#include "notifyd/observability/logger.hpp"

#include "notifyd/core/this_thread.hpp"

#include "line_format.hpp"
#include "line_sink.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace notifyd::observability {

namespace {

// Each waiting line takes some 400 bytes.
constexpr std::size_t queue_lines_max = 8192;

// Writing a line must not displace a loop on a busy core.
void begin_writer() {
    this_thread::set_name("log");
    this_thread::run_in_background();
}

config::LogFormat decide_format(const config::Log& settings) {
    if (settings.format != config::LogFormat::automatic) return settings.format;
    const bool on_terminal = settings.file.empty() && ::isatty(STDERR_FILENO) == 1;
    return on_terminal ? config::LogFormat::text : config::LogFormat::json;
}

std::string to_line(config::LogFormat format, const LogLine& line) {
    return format == config::LogFormat::text ? to_text_line(line) : to_json_line(line);
}

// What the sink reports about lines that it has not written.
std::string loss_line(config::LogFormat format, std::size_t lines) {
    const LogField fields[] = {{"lines", static_cast<std::int64_t>(lines)}};
    return to_line(format, LogLine{SystemClock{}.now_ms(), LogLevel::warn, "log_lines_dropped", fields});
}

}  // namespace

struct Logger::Writer {
    Writer(const config::Log& settings, config::LogFormat format)
        : sink(std::make_shared<LineSink>(settings.file,
                                          [format](std::size_t lines) { return loss_line(format, lines); })),
          pool(std::make_shared<spdlog::details::thread_pool>(queue_lines_max, 1, begin_writer)),
          logger(std::make_shared<spdlog::async_logger>(
              "notifyd", sink, pool, spdlog::async_overflow_policy::overrun_oldest)) {
        sink->count_dropped_by([&queue = *pool] { return queue.overrun_counter(); });
        // Levels are filtered by LogSink.
        logger->set_level(spdlog::level::trace);
    }

    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Ends the pool first, which drains the queue and joins the thread (the logger has only a weak pointer to it):
    // waiting lines keep the logger alive, and the last of them would destroy it on the writer thread.
    ~Writer() { pool.reset(); }

    std::shared_ptr<LineSink> sink;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
};

Logger::Logger(const config::Log& settings)
    : LogSink(settings.level),
      writer_(std::make_unique<Writer>(settings, decide_format(settings))),
      format_(decide_format(settings)) {}

Result<void> Logger::reopen() {
    try {
        writer_->sink->reopen();
    } catch (const std::runtime_error& failure) {
        return Error{Errc::unavailable, failure.what()};
    }
    return {};
}

Logger::~Logger() {
    writer_->sink->give_up_at(SystemClock{}.steady_now() + patience_);
}

void Logger::write(const LogLine& line) {
    writer_->logger->log(spdlog::level::info, spdlog::string_view_t(to_line(format_, line)));
}

}  // namespace notifyd::observability
