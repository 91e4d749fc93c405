// Distinguishes a slow server from one that has stopped answering.
#pragma once

#include "time.hpp"

#include <stdexcept>

namespace notifyd::bench {

class SilenceError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class Patience {
  public:
    static constexpr Nanoseconds silence_max = 10'000'000'000;

    explicit Patience(Nanoseconds now) : progress_at_(now) {}

    void note_progress(Nanoseconds now) { progress_at_ = now; }
    bool is_exhausted(Nanoseconds now) const { return now > progress_at_ + silence_max; }

  private:
    Nanoseconds progress_at_;
};

}  // namespace notifyd::bench
