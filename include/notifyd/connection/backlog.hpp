// How far one connection is behind in one topic. Until it has caught up, it gets fifo messages from the log, in order,
// instead of live; perhaps after a replay that it requested on reconnecting (docs/protocol.md#slow-clients, #resume).
// The subscription owns the backlog, so that both end together.
// Thread: the connection's loop. Data only: delivery/catch_up has the rules.
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

// What a client asked for when it reconnected.
struct ResumeAsked {
    ResumePoint from;
    // The client last saw another database.
    bool other_epoch = false;
    // Fifo messages up to this position had passed the loop at that time.
    Position fifo_up_to = 0;
};

// A replay in progress.
struct Replay {
    ResumeAsked asked;
    // What is still to be read; nullopt: not decided yet.
    std::optional<LogWindow> window;
    PageCursor after{};
    std::size_t count_planned = 0;
    std::size_t count_read = 0;
    std::size_t count_sent = 0;
    Sequence to = 0;
    Sequence oldest = 0;
    MessageId last{};
    // Ids of the standard messages that were replayed: they may also be among the held ones.
    std::vector<MessageId> standard_sent;
};

struct Backlog {
    // Distinguishes it from an earlier backlog of the same subscription.
    std::uint64_t id = 0;
    // The client is about to be informed of the topic's number at the point when fifo messages up to this position had
    // passed; nothing is sent before that.
    std::optional<Position> opening;
    std::optional<Replay> replay;
    // Replays that begin, one after another, once everything owed has been sent.
    std::deque<ResumeAsked> next_replays;
    // Messages waiting for the end of the replay, and then for room: standard ones, and all of them if there is no log.
    std::deque<Delivery> held;
    std::size_t held_bytes = 0;
    // Fifo messages after `sent`, up to `seen`, have passed live and are owed from the log.
    PageCursor sent{};
    PageCursor seen{};
    // Among these, the positions of the connection's own messages that it does not want back, ascending.
    std::deque<Position> own;
    // Likewise the ids of its own standard messages, which a replay may find in the log.
    std::vector<MessageId> standard_own;
    // The number up to which the client has everything, while messages are owed.
    Sequence sent_number = 0;
    // When a page was last read for it, relative to the connection's other backlogs: the one that has waited longest is
    // next.
    std::uint64_t served = 0;
    // The client already has messages up to here, from another loop that was ahead of this one.
    Sequence has_up_to = 0;
    PageCursor has_up_to_place{};
    std::size_t failures = 0;
    // A step is in progress or queued.
    bool busy = false;

    [[nodiscard]] bool owes() const { return sent < seen; }
    // A run of messages passes that is owed from now on.
    void owe(std::span<const Delivery> run) {
        const Delivery& first = run.front();
        if (!owes()) {
            sent = {first.at.counter, first.at.position - 1};
            sent_number = first.sequence != 0 ? first.sequence - 1 : first.at.counter;
        }
        seen = run.back().at;
    }
    // `message` is a Delivery or a StoredMessage. After the last number that the client has, an unnumbered message is
    // new only if its counter is at least that number.
    template <class M>
    [[nodiscard]] bool has_already(const M& message) const {
        if (message.at <= has_up_to_place) return message.at.position != 0;
        if (message.sequence != 0) return message.sequence <= has_up_to;
        // Without a log, it cannot be known.
        return message.at.position != 0 && message.at.counter < has_up_to;
    }
    // From now on, the client has everything up to this number.
    void skip_up_to(Sequence number) {
        has_up_to = number;
        std::erase_if(held, [this](const Delivery& delivery) {
            return delivery.message->type == MessageType::fifo && has_already(delivery);
        });
    }
    // Whether there is anything to do for the connection.
    [[nodiscard]] bool works() const {
        return opening.has_value() || replay.has_value() || owes() || !held.empty() || !next_replays.empty();
    }
    // Whether messages that are not in the log must wait.
    [[nodiscard]] bool holds() const { return opening.has_value() || replay.has_value() || !held.empty(); }
};

}  // namespace notifyd::connection
