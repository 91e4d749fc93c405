// A client's end of a connection, as services see it: they pass frames and get a verdict.
// Flow:   processor, frame dispatch -> ConnectionSink -> outbox -> one gather write at the end of the turn
// Thread: the connection's loop.
// Fails:  by verdict: full or closed; the frame is not queued.
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
    // Queues a whole WebSocket frame after those queued before.
    [[nodiscard]] virtual Verdict send(FramePtr frame) = 0;
    // Like send, for what the client itself requested, such as the answer to its publish. Never full, because a client
    // that does not read its answers is not read either.
    virtual void answer(FramePtr frame) = 0;
    // Bytes waiting for the socket.
    [[nodiscard]] virtual std::size_t bytes_waiting() const = 0;
    // Calls `resume` once, from the loop, when at most `mark` bytes are waiting or the connection ends; never inside
    // this call.
    virtual void when_below(std::size_t mark, UniqueFunction<void()> resume) = 0;
    // Queues a close frame; nothing is sent after it. Later calls have no effect.
    virtual void close(CloseCode code) = 0;
    // Whether either side has started closing the connection.
    [[nodiscard]] virtual bool is_closing() const = 0;
};

}  // namespace notifyd::ports
