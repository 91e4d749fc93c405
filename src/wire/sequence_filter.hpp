// The sequence filters of GET /messages (docs/protocol.md#get-messages): "3,5,9-12", from, to.
// Fails: invalid_request.
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

// The intersection of all filters given: ascending, without overlaps, and not empty if there is a filter. A list may
// name at most 100 numbers.
Result<std::vector<SequenceRange>> make_ranges(const SequenceFilter& filter);

}  // namespace notifyd::wire
