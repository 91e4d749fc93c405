// Writes lines to an output that may not accept them.
#include "line_sink.hpp"

#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>

namespace notifyd::observability {

namespace {

SteadyTime now() {
    return SystemClock{}.steady_now();
}

LogOutput open(const std::filesystem::path& file) {
    return file.empty() ? LogOutput::to_stderr() : LogOutput::to_file(file);
}

}  // namespace

LineSink::LineSink(std::filesystem::path file, LossLine loss_line)
    : file_(std::move(file)),
      loss_line_(std::move(loss_line)),
      give_up_at_(std::numeric_limits<std::int64_t>::max()),
      output_(open(file_)) {}

void LineSink::reopen() {
    if (file_.empty()) return;
    const std::lock_guard lock(fresh_mutex_);
    // The writer thread replaces output_ under the lock only.
    fresh_.emplace(LogOutput::to_file(file_, &output_));
    has_fresh_.store(true, std::memory_order_release);
}

void LineSink::take_fresh_output() {
    if (!has_fresh_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(fresh_mutex_);
    output_ = std::move(*fresh_);
    fresh_.reset();
    has_fresh_.store(false, std::memory_order_relaxed);
    torn_ = false;
}

// A deleted log file still accepts every line, but nobody will ever read them.
void LineSink::follow_name() {
    constexpr std::chrono::seconds interval{1};
    const SteadyTime time = now();
    if (file_.empty() || time < next_name_check_) return;
    next_name_check_ = time + interval;
    if (!output_.is_deleted()) return;
    try {
        reopen();
    } catch (const std::runtime_error&) {
        // Its folder is gone, too. The next line tries again.
    }
}

void LineSink::log(const spdlog::details::log_msg& message) {
    follow_name();
    line_.assign(message.payload.data(), message.payload.size());
    line_ += '\n';
    if (write(line_)) {
        report_losses();
    } else {
        ++failed_;
    }
}

void LineSink::report_losses() {
    const std::size_t lost = failed_ + (dropped_ ? dropped_() : 0);
    if (lost == reported_) return;
    if (write(loss_line_(lost - reported_) + '\n')) reported_ = lost;
}

bool LineSink::write(std::string_view line) {
    take_fresh_output();
    // Ends the torn line, so that it does not spoil the next.
    if (torn_ && !write_all("\n")) return false;
    torn_ = false;
    return write_all(line);
}

bool LineSink::write_all(std::string_view text) {
    const std::size_t size = text.size();
    while (!text.empty()) {
        std::size_t count = 0;
        const LogOutput::Written written = output_.write_some(text, count);
        text.remove_prefix(count);
        if (written == LogOutput::Written::some) continue;
        const bool gives_up = now().time_since_epoch().count() >= give_up_at_.load(std::memory_order_relaxed);
        if (written == LogOutput::Written::failed || gives_up) {
            torn_ = torn_ || text.size() != size;
            return false;
        }
        output_.wait_for_room();
    }
    return true;
}

}  // namespace notifyd::observability
