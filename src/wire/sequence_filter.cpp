// Merges ranges of sequence numbers and cuts them to size.
#include "sequence_filter.hpp"

#include "notifyd/core/limits.hpp"

#include "invalid.hpp"
#include "query_reader.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace notifyd::wire {

namespace {

constexpr Sequence largest = std::numeric_limits<std::int64_t>::max();

// "7" or "9-12"
std::optional<SequenceRange> parse_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_digits(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_digits(text.substr(dash + 1));
    if (!first || !last || *first < 1 || *last < *first || *last > largest) return std::nullopt;
    return SequenceRange{*first, *last};
}

std::vector<SequenceRange> merge(std::vector<SequenceRange> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<SequenceRange> merged;
    for (const SequenceRange& range : ranges) {
        if (!merged.empty() && range.first <= merged.back().last + 1) {
            merged.back().last = std::max(merged.back().last, range.last);
        } else {
            merged.push_back(range);
        }
    }
    return merged;
}

bool has_too_many(const std::vector<SequenceRange>& ranges) {
    Sequence room = limits::sequences_max;
    for (const SequenceRange& range : ranges) {
        if (range.last - range.first >= room) return true;
        room -= range.last - range.first + 1;
    }
    return false;
}

Result<std::vector<SequenceRange>> parse_list(std::string_view text) {
    std::vector<SequenceRange> ranges;
    for (const std::string_view item : split(text, ',')) {
        const auto range = parse_range(item);
        if (!range) return invalid("sequences must be numbers and ranges such as 3,5,9-12");
        ranges.push_back(*range);
    }
    ranges = merge(std::move(ranges));
    if (has_too_many(ranges)) {
        return invalid("sequences may name at most " + std::to_string(limits::sequences_max) + " numbers");
    }
    return ranges;
}

std::vector<SequenceRange> cut(const std::vector<SequenceRange>& ranges, SequenceRange window) {
    std::vector<SequenceRange> inside;
    for (const SequenceRange& range : ranges) {
        const SequenceRange common{std::max(range.first, window.first), std::min(range.last, window.last)};
        if (common.first <= common.last) inside.push_back(common);
    }
    return inside;
}

}  // namespace

Result<std::vector<SequenceRange>> make_ranges(const SequenceFilter& filter) {
    if (!filter.is_given()) return std::vector<SequenceRange>{};
    // Numbers begin at 1, so "from 0" means from the beginning.
    const SequenceRange window{std::max<Sequence>(filter.from.value_or(1), 1), filter.to.value_or(largest)};
    if (window.first > window.last) return invalid("fromSequence must not be above toSequence");
    if (!filter.list) return std::vector<SequenceRange>{window};

    const auto listed = parse_list(*filter.list);
    if (listed.has_error()) return listed.error();
    auto ranges = cut(*listed, window);
    if (ranges.empty()) return invalid("sequences, fromSequence and toSequence have no number in common");
    return ranges;
}

}  // namespace notifyd::wire
