// Converts the outcome of a commit into the answer to one of its requests.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/storage/write_job.hpp"

#include <utility>

namespace notifyd::storage {

template <class Answer>
using Done = UniqueFunction<void(Result<Answer>)>;

[[nodiscard]] inline Error not_stored() {
    return {Errc::unavailable, "The server cannot store this now; please try again"};
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
