// Decides from the log what a client that comes back has missed, before anything is replayed (docs/protocol.md#resume).
// Owns:   nothing. Thread: one loop; `done` runs on that loop, the read itself on a reader thread.
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
    // More than this is not replayed.
    std::size_t messages_max = 0;
    // Fifo messages committed later than this are delivered live.
    Position fifo_up_to = 0;
    // In whose turn it is read; the caller has a few under way at a time only.
    UserId asker{};
};

struct ResumePlan {
    enum class Verdict : std::uint8_t {
        complete,         // everything in `window` behind `after` is what was missed, and all of it is there
        too_many,         // more than messages_max
        expired,          // something that was missed is not in the history (any more)
        unknown_message,  // no message with that id in the topic
        ahead,            // the number is above the topic's counter: the client knows another database
    };
    Verdict verdict = Verdict::complete;
    // How many messages the window holds; and the topic's last number up to fifo_up_to, which may be below the
    // client's.
    std::size_t count = 0;
    Sequence to = 0;
    // The first number from which on all are held, or the next to come when none is.
    Sequence oldest = 0;
    // For PageQuery: read `window` behind `after`, oldest first. By number: numbered messages only. By message id: fifo
    // messages behind that message, and standard ones from one second before it (docs/protocol.md#resume). That message
    // itself is never in the window, though a standard one lies in its range: it stands at window.fifo_after.
    PageCursor after{};
    LogWindow window{};
};

// Asks which number each topic had when the loop had reached `fifo_up_to`.
struct PositionsQuery {
    std::vector<TopicName> topics;
    Position fifo_up_to = 0;
    // In whose turn it is read.
    UserId asker{};
};

class ResumePlanner {
  public:
    virtual ~ResumePlanner() = default;
    // By message id: the plan waits for the commit of every message that any loop handed to the log before this call,
    // and so includes each standard message that was delivered before the call and then committed. By number: sees what
    // was committed before the call, as fifo_up_to was.
    virtual void plan_resume(ResumeQuery query, UniqueFunction<void(Result<ResumePlan>)> done) = 0;
    // One number for each topic, in their order; 0 where there is none.
    virtual void read_positions(PositionsQuery query, UniqueFunction<void(Result<std::vector<Sequence>>)> done) = 0;
};

}  // namespace notifyd::ports
