// A log-linear histogram: 64 steps for each doubling, so a percentile is at most 1.6 % above the true value.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace notifyd::bench {

class Histogram {
  public:
    void record(std::uint64_t value) {
        ++counters_[index_of(std::min(value, value_max))];
        ++count_;
    }

    std::uint64_t count() const { return count_; }

    // The upper edge of the step that contains the given quantile (0 to 1); 0 if there are no values.
    std::uint64_t percentile(double share) const {
        if (count_ == 0) {
            return 0;
        }
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_ - 1)) + 1;
        std::uint64_t seen = 0;
        for (std::size_t index = 0; index < counters_.size(); ++index) {
            seen += counters_[index];
            if (seen >= wanted) {
                return upper_edge_of(index);
            }
        }
        return value_max;
    }

    void clear() {
        counters_.fill(0);
        count_ = 0;
    }

  private:
    static constexpr unsigned step_bits = 6;
    static constexpr std::uint64_t steps = 1U << step_bits;
    static constexpr unsigned value_bits = 40;  // 18 minutes in nanoseconds
    static constexpr std::uint64_t value_max = (std::uint64_t{1} << value_bits) - 1;

    // Values below 2 × `steps` have a counter each; above that, each doubling is divided into `steps` equal parts.
    static std::size_t index_of(std::uint64_t value) {
        const auto width = static_cast<unsigned>(std::bit_width(value));
        const unsigned shift = width > step_bits + 1 ? width - step_bits - 1 : 0;
        return static_cast<std::size_t>(shift * steps + (value >> shift));
    }

    static std::uint64_t upper_edge_of(std::size_t index) {
        const std::size_t doubling = index / steps;
        const std::size_t shift = doubling > 1 ? doubling - 1 : 0;
        const std::uint64_t step = index - shift * steps;
        return ((step + 1) << shift) - 1;
    }

    std::array<std::uint64_t, (value_bits - step_bits + 1) * steps> counters_{};
    std::uint64_t count_ = 0;
};

}  // namespace notifyd::bench
