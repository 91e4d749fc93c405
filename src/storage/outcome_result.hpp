// What the asker of a write gets, by how its commit went.
// Owns: nothing. Thread: any. Fails: never.
#pragma once

#include "notifyd/core/result.hpp"

#include "write_job.hpp"

#include <utility>

namespace notifyd::storage {

[[nodiscard]] inline Error not_stored() {
    return {Errc::unavailable, "The server cannot store this now; it may be sent again"};
}

template <class Answer>
[[nodiscard]] Result<Answer> outcome_of(Outcome outcome, Answer answer) {
    if (outcome == Outcome::committed) return answer;
    return not_stored();
}

[[nodiscard]] inline Result<void> outcome_of(Outcome outcome) {
    if (outcome == Outcome::committed) return {};
    return not_stored();
}

}  // namespace notifyd::storage
