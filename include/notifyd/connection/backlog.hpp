// What one connection is behind in one topic: it is given fifo messages from the log, in order, instead of live, until
// it has caught up; perhaps first the replay that it asked for when it came back (docs/protocol.md#slow-clients,
// #resume).
// Owns:   its values; the subscription owns the backlog, so that it ends with it.
// Thread: the connection's loop. Data only: delivery/catch_up has the rules.
// Fails:  never.
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/resume.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace notifyd::connection {

// What a client asked for when it came back.
struct ResumeAsked {
    ResumePoint from;
    // It knows another database.
    bool other_epoch = false;
    // Fifo messages up to here had passed the loop then.
    Position fifo_up_to = 0;
};

// A replay under way.
struct Replay {
    ResumeAsked asked;
    // What is still to be read; nullopt: not yet decided.
    std::optional<LogWindow> window;
    PageCursor after{};
    std::size_t count_planned = 0;
    std::size_t count_read = 0;
    std::size_t count_sent = 0;
    Sequence to = 0;
    Sequence oldest = 0;
    MessageId last{};
    // Ids of the standard messages that were replayed: they may be among those held, too.
    std::vector<MessageId> standard_sent;
};

struct Backlog {
    // Tells it from an earlier one of the same subscription.
    std::uint64_t id = 0;
    // The client is about to be told where the topic stood when fifo messages up to here had passed: nothing is sent
    // before.
    std::optional<Position> opening;
    std::optional<Replay> replay;
    // The replays that begin, one after the other, when all that is owed has been sent.
    std::deque<ResumeAsked> next_replays;
    // Messages that wait for the replay's end, and then for room: standard ones, and all where there is no log.
    std::deque<Delivery> held;
    std::size_t held_bytes = 0;
    // Fifo messages behind `sent` and up to `seen` have passed live and are owed from the log.
    PageCursor sent{};
    PageCursor seen{};
    // Of these, the places of the connection's own messages that it does not want back, ascending.
    std::deque<Position> own;
    // And the ids of such standard ones, which a replay may find in the log.
    std::vector<MessageId> standard_own;
    // The number up to which the client has everything, while something is owed.
    Sequence sent_number = 0;
    // When a page was last read for it, among those of its connection: whichever has waited longest goes first.
    std::uint64_t served = 0;
    // The client has these already, from another loop that was ahead of this one.
    Sequence has_up_to = 0;
    PageCursor has_up_to_place{};
    std::size_t failures = 0;
    // A step is under way or queued.
    bool busy = false;

    [[nodiscard]] bool owes() const { return sent < seen; }
    // A run passes that is owed from now on.
    void owe(std::span<const Delivery> run) {
        const Delivery& first = run.front();
        if (!owes()) {
            sent = {first.at.counter, first.at.position - 1};
            sent_number = first.sequence != 0 ? first.sequence - 1 : first.at.counter;
        }
        seen = run.back().at;
    }
    // `message`: a Delivery or a StoredMessage. Behind the last number that the client has come, without a number of
    // their own, only messages with the same counter or a higher one.
    template <class M>
    [[nodiscard]] bool has_already(const M& message) const {
        if (message.at <= has_up_to_place) return message.at.position != 0;
        if (message.sequence != 0) return message.sequence <= has_up_to;
        // Without a log, there is no telling.
        return message.at.position != 0 && message.at.counter < has_up_to;
    }
    // From now on the client has everything up to this number.
    void skip_up_to(Sequence number) {
        has_up_to = number;
        std::erase_if(held, [this](const Delivery& delivery) {
            return delivery.message->type == MessageType::fifo && has_already(delivery);
        });
    }
    // Whether it has anything to do for the connection.
    [[nodiscard]] bool works() const {
        return opening.has_value() || replay.has_value() || owes() || !held.empty() || !next_replays.empty();
    }
    // Whether messages that are not in the log have to wait.
    [[nodiscard]] bool holds() const { return opening.has_value() || replay.has_value() || !held.empty(); }
};

}  // namespace notifyd::connection
