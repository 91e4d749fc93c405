// Makes dead letters: a record for the operator of what could not be delivered to one recipient
// (docs/protocol.md#dead-letters).
// Flow:   exhausted retries, a stalled connection -> DeadLetters -> ports::DeadLetterSink
// Thread: one loop.
// Fails:  never; a letter that finds no room in the storage queue is dropped there, with an event.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/ports/dead_letter_sink.hpp"
#include "notifyd/wire/delivered_frames.hpp"

#include <cstdint>
#include <string_view>

namespace notifyd::delivery {

// The intended recipient; the connection may be gone.
struct Recipient {
    Recipient(const connection::Connection& from)  // NOLINT(google-explicit-constructor): it identifies one
        : connection(from.id()), user(from.identity().user) {}

    ConnectionId connection;
    UserId user;
};

struct Failure {
    std::string_view reason;  // one of a closed set
    std::uint32_t attempts = 0;
    EpochMs first_at = 0;
};

// Whether messages can be read back from the log, so that a dead letter need not copy them.
enum class Log : std::uint8_t { kept, off };

class DeadLetters {
  public:
    // `continuous` makes the ids, so that they sort by age even if the wall clock is set.
    DeadLetters(ports::DeadLetterSink& sink,
                Log log,
                const Clock& clock,
                const Clock& continuous,
                IdSource& ids,
                observability::Events& events)
        : sink_(sink), log_(log), clock_(clock), continuous_(continuous), ids_(ids), events_(events) {}

    // A notice is only logged, because what it announces is stored elsewhere.
    void add(const Recipient& recipient, const Delivery& delivery, const Failure& failure);
    void add(const Recipient& recipient, const StoredMessage& message, const TopicName& topic, const Failure& failure);
    void add(const Recipient& recipient, const wire::UnsentMessage& message, const Failure& failure);

  private:
    void store(DeadLetter letter, MessageType type, const Recipient& recipient, const Failure& failure);

    ports::DeadLetterSink& sink_;
    Log log_;
    const Clock& clock_;
    const Clock& continuous_;
    IdSource& ids_;
    observability::Events& events_;
};

}  // namespace notifyd::delivery
