// Decides from the log what a reconnecting client has missed, before anything is replayed (docs/protocol.md#resume).
// Thread: one loop; `done` runs on that loop, the read itself on a reader thread.
// Fails:  unavailable (too many reads waiting, or the disk failed).
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/resume.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace notifyd::ports {

using notifyd::ResumePoint;

struct ResumeQuery {
    TopicName topic;
    ResumePoint after;
    // If more than this was missed, nothing is replayed.
    std::size_t messages_max = 0;
    // Fifo messages committed later than this are delivered live.
    Position fifo_up_to = 0;
    // The user whose turn this read takes; the caller limits how many it has in progress.
    UserId asker{};
};

struct ResumePlan {
    enum class Verdict : std::uint8_t {
        complete,         // all that was missed is there: everything in `window` after `after`
        too_many,         // more than messages_max
        expired,          // something that was missed is not, or no longer, in the history
        unknown_message,  // no message with that id in the topic
        ahead,            // the number is above the topic's counter: the client knows another database
    };
    Verdict verdict = Verdict::complete;
    // `count`: how many messages the window holds. `to`: the topic's last number up to fifo_up_to, which may be below
    // the client's.
    std::size_t count = 0;
    Sequence to = 0;
    // The first number from which on everything is held, or the next number if nothing is held.
    Sequence oldest = 0;
    // For PageQuery: read `window` after `after`, oldest first. By number: numbered messages only. By message id: fifo
    // messages after that message, and standard messages from one second before it (docs/protocol.md#resume). That
    // message itself is never in the window, although a standard one lies in its range: window.fifo_after names it.
    PageCursor after{};
    LogWindow window{};
};

// Which number each topic had when the loop had reached `fifo_up_to`.
struct PositionsQuery {
    std::vector<TopicName> topics;
    Position fifo_up_to = 0;
    // The user whose turn this read takes.
    UserId asker{};
};

class ResumePlanner {
  public:
    virtual ~ResumePlanner() = default;
    // By message id: the plan waits for the commit of every message that any loop passed to the log before this call,
    // so it includes each standard message that was delivered before the call and committed later. By number: sees what
    // was committed before the call, as fifo_up_to was.
    virtual void plan_resume(ResumeQuery query, UniqueFunction<void(Result<ResumePlan>)> done) = 0;
    // One number per topic, in the order of the query; 0 if a topic has none.
    virtual void read_positions(PositionsQuery query, UniqueFunction<void(Result<std::vector<Sequence>>)> done) = 0;
};

}  // namespace notifyd::ports
