// The dead letters that were added: for the operator, for redrives and for retention (docs/protocol.md#dead-letters).
// Owns:   nothing. Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full, the commit or the read failed).
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
    std::optional<Uuid> after;         // continue behind this id
    std::size_t letters_max = 0;
    // Only those that the command line has marked for redrive.
    bool marked_only = false;
};

class DeadLetterStore {
  public:
    virtual ~DeadLetterStore() = default;

    // Oldest first, with their messages.
    virtual void list(DeadLetterQuery query, UniqueFunction<void(Result<DeadLetterPage>)> done) = 0;
    // nullopt: there is none.
    virtual void find(Uuid id, UniqueFunction<void(Result<std::optional<DeadLetter>>)> done) = 0;
    // `done` receives whether there was one.
    virtual void remove(Uuid id, UniqueFunction<void(Result<bool>)> done) = 0;
    // A redrive reached nobody: counts one more attempt and takes the mark away. Fine if the letter is gone.
    virtual void failed_again(Uuid id, EpochMs at, std::string reason, UniqueFunction<void(Result<void>)> done) = 0;
    // Deletes up to `rows_max` of the oldest that last failed before `cutoff`; `done` receives how many.
    virtual void delete_expired(EpochMs cutoff,
                                std::size_t rows_max,
                                UniqueFunction<void(Result<std::size_t>)> done) = 0;
};

}  // namespace notifyd::ports
