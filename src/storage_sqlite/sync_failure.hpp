// A failed sync ends all writing: the kernel may have dropped the unwritten data and report success for the next sync,
// so nothing may be acknowledged after it. Thread: any.
#pragma once

#include "notifyd/observability/events.hpp"
#include "notifyd/observability/events/storage.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <utility>

namespace notifyd::storage::sqlite {

class SyncFailure {
  public:
    SyncFailure(std::function<void()> on_failure, observability::Events& events)
        : on_failure_(std::move(on_failure)), events_(events) {}

    // Only the first failure is reported.
    void report(const std::string& what) {
        if (happened_.exchange(true)) return;
        events_.emit(observability::SyncFailed{what});
        if (on_failure_) on_failure_();
    }
    [[nodiscard]] bool has_happened() const { return happened_.load(std::memory_order_acquire); }

  private:
    const std::function<void()> on_failure_;
    observability::Events& events_;
    std::atomic<bool> happened_{false};
};

}  // namespace notifyd::storage::sqlite
