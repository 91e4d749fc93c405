// The sequence filters of GET /messages (SPEC §3.2): "3,5,9-12", from, to.
// Owns: nothing. Thread: any. Fails: invalid_request.
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/core/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace notifyd::wire {

struct SequenceFilter {
    std::optional<std::string> list;
    std::optional<Sequence> from;
    std::optional<Sequence> to;

    [[nodiscard]] bool is_given() const { return list || from || to; }
};

// What all given filters have in common: ascending, not overlapping, not empty if any is given. A list may name at most
// 100 numbers.
Result<std::vector<SequenceRange>> make_ranges(const SequenceFilter& filter);

}  // namespace notifyd::wire
