// What one connection is behind in one topic: it is given fifo messages from the log, in order, instead of live, until
// it has caught up; perhaps first the replay that it asked for when it came back (SPEC §4.4, §5.4).
// Owns:   its values; the subscription owns the backlog, so that it ends with it.
// Thread: the connection's loop. Data only: delivery/catch_up has the rules.
// Fails:  never.
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/resume.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace notifyd::connection {

// A replay under way.
struct Replay {
    ResumePoint from;
    // Fifo messages up to here had passed the loop when it began.
    Position fifo_up_to = 0;
    // The client knows another database.
    bool other_epoch = false;
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
    std::optional<Replay> replay;
    // Messages that wait for the replay's end: standard ones, and all where there is no log to catch up from.
    std::vector<Delivery> held;
    // Fifo messages behind `sent` and up to `seen` have passed live and are owed from the log.
    PageCursor sent{};
    PageCursor seen{};
    // The connection's own messages that it does not want back, of those that may be read.
    std::vector<MessageId> not_wanted;
    // The client has these already, from another loop that was ahead of this one.
    Sequence has_up_to = 0;
    PageCursor has_up_to_place{};
    std::size_t failures = 0;
    // A step is under way or queued.
    bool busy = false;

    [[nodiscard]] bool owes() const { return sent < seen; }
    // Whether a message of the log is for this connection at all.
    [[nodiscard]] bool wants(const StoredMessage& message) const {
        return message.target_channel == websocket_channel &&
               std::find(not_wanted.begin(), not_wanted.end(), message.id) == not_wanted.end();
    }
};

}  // namespace notifyd::connection
