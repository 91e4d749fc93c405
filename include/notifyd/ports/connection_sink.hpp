// One client's end, as services see it: frames go in, a verdict comes out.
// Flow:   processor, frame dispatch -> ConnectionSink -> outbox -> one gather write at the end of the turn
// Owns:   nothing. Thread: the connection's loop.
// Fails:  by verdict: full (not queued), closed (not queued).
#pragma once

#include "notifyd/core/close_code.hpp"
#include "notifyd/core/frame.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::ports {

enum class Verdict : std::uint8_t { queued, full, closed };

class ConnectionSink {
  public:
    virtual ~ConnectionSink() = default;
    // Queues a whole WebSocket frame behind all that were queued before.
    [[nodiscard]] virtual Verdict send(FramePtr frame) = 0;
    // The same for what the client itself asked for, such as the answer to its publish: never full, because a client
    // that does not take its answers is not read further.
    virtual void answer(FramePtr frame) = 0;
    // Bytes that wait for the socket.
    [[nodiscard]] virtual std::size_t bytes_waiting() const = 0;
    // Calls `resume` once, from the loop, when at most `mark` bytes wait or the connection ends; never inside this
    // call.
    virtual void when_below(std::size_t mark, UniqueFunction<void()> resume) = 0;
    // Queues a close frame; nothing is sent after it. Only the first call counts.
    virtual void close(CloseCode code) = 0;
    // Whether it is, by either side: what is left of it is its end.
    [[nodiscard]] virtual bool is_closing() const = 0;
};

}  // namespace notifyd::ports
