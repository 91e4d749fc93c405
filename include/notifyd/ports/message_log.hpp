// The append-only log of messages: the commit point of every publish.
// Flow:   Publisher -> MessageLog -> (committed) -> CommitListener, then `done`
// Thread: one loop; each loop has its own instance, and `done` runs on that loop.
// Fails:  unavailable (queue full, or the commit failed: nothing was stored and no number used).
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace notifyd::ports {

struct Appended {
    Sequence sequence = 0;  // 0: not numbered
    // The earlier message with the same deduplication key, if this one was not stored; `sequence` is its number.
    struct First {
        MessageId id;
        EpochMs published_at = 0;
    };
    std::optional<First> duplicate_of{};
};

using AppendDone = UniqueFunction<void(Result<Appended>)>;

class MessageLog {
  public:
    virtual ~MessageLog() = default;

    // Stores the message in the next commit and, if it asks for one, assigns the topic's next number in the same
    // transaction. Calls of one loop commit in the order they were made; those of one turn commit together. A message
    // whose deduplication key was seen within the window is not stored: `done` receives the first one.
    // `done` runs after the sync, never inside this call, in the order of the calls. A committed message survives kill
    // -9 and, with full durability, a power cut.
    virtual void append(MessagePtr message, AppendDone done) = 0;

    // Whether `count` more appends would be accepted now.
    [[nodiscard]] virtual bool has_room(std::size_t count) const = 0;
    // Whether the last commit succeeded: if not, an append is unlikely to be stored.
    [[nodiscard]] virtual bool is_writable() const = 0;

    // Deletes up to `rows_max` of the oldest messages published before `cutoff`; `done` receives how many. A topic's
    // numbering continues even if all its messages are gone.
    virtual void delete_expired(EpochMs cutoff,
                                std::size_t rows_max,
                                UniqueFunction<void(Result<std::size_t>)> done) = 0;
};

// Notified of every commit, on the storage thread, in commit order, before any `done` of that commit runs.
class CommitListener {
  public:
    virtual ~CommitListener() = default;
    // The committed messages that have not been delivered yet, with their numbers and positions: fifo messages, and
    // standard messages with a deduplication key. Other standard messages were delivered when they were published.
    virtual void committed(std::vector<Delivery> messages) = 0;
};

}  // namespace notifyd::ports
