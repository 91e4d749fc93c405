// The stored dead letters: for the operator, for redrives and for retention (docs/protocol.md#dead-letters).
// Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full, or the commit or read failed).
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/dead_letter.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace notifyd::ports {

struct DeadLetterQuery {
    std::optional<std::string> queue;  // nullopt: all
    std::optional<Uuid> after;         // continue after this id
    std::size_t letters_max = 0;
    // Only those marked for redrive by the command line.
    bool marked_only = false;
};

class DeadLetterStore {
  public:
    virtual ~DeadLetterStore() = default;

    // Oldest first, with their messages.
    virtual void list(DeadLetterQuery query, UniqueFunction<void(Result<DeadLetterPage>)> done) = 0;
    // `done` receives nullopt if there is none.
    virtual void find(Uuid id, UniqueFunction<void(Result<std::optional<DeadLetter>>)> done) = 0;
    // `done` receives whether there was one.
    virtual void remove(Uuid id, UniqueFunction<void(Result<bool>)> done) = 0;
    // Records a redrive that reached nobody: one more attempt, and the mark is removed. Succeeds even if the letter is
    // gone.
    virtual void failed_again(Uuid id, EpochMs at, std::string reason, UniqueFunction<void(Result<void>)> done) = 0;
    // Deletes up to `rows_max` of the oldest letters whose last failure was before `cutoff`; `done` receives how many.
    virtual void delete_expired(EpochMs cutoff,
                                std::size_t rows_max,
                                UniqueFunction<void(Result<std::size_t>)> done) = 0;
};

}  // namespace notifyd::ports
