// A sink that keeps its lines, for tests that check what was logged.
// Thread: any. Grows without bound, so it is for tests only.
#pragma once

#include "notifyd/observability/log.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace notifyd::observability {

struct RecordedLine {
    using Value = std::variant<std::string, std::int64_t, double, bool>;

    EpochMs time = 0;
    LogLevel level = LogLevel::info;
    std::string event_type;
    std::map<std::string, Value, std::less<>> fields;
};

class RecordingSink final : public LogSink {
  public:
    explicit RecordingSink(LogLevel level = LogLevel::debug) : LogSink(level) {}

    void write(const LogLine& line) override {
        RecordedLine copy{line.time, line.level, std::string(line.event_type), {}};
        for (const LogField& field : line.fields) {
            copy.fields[std::string(field.name)] = own(field.value);
        }
        const std::scoped_lock lock(mutex_);
        lines_.push_back(std::move(copy));
    }

    [[nodiscard]] std::vector<RecordedLine> lines() const {
        const std::scoped_lock lock(mutex_);
        return lines_;
    }

    [[nodiscard]] std::size_t count(std::string_view event_type) const {
        const std::scoped_lock lock(mutex_);
        std::size_t found = 0;
        for (const RecordedLine& line : lines_) {
            if (line.event_type == event_type) ++found;
        }
        return found;
    }

  private:
    static RecordedLine::Value own(const LogValue& value) {
        return std::visit(
            [](const auto& held) -> RecordedLine::Value {
                if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::string_view>) {
                    return std::string(held);
                } else {
                    return held;
                }
            },
            value);
    }

    mutable std::mutex mutex_;
    std::vector<RecordedLine> lines_;
};

}  // namespace notifyd::observability
