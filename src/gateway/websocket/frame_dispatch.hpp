// Parses a client's text frames and hands each to what handles it: a message to the publisher, an envelope to the
// resource of its type.
// Flow:   WebSocketSession -> FrameDispatch -> publisher, EnvelopeRouter -> answer through the connection's sink
// Owns:   the connection's rate limits.
// Thread: one loop. Publishes are answered after their commit and find the connection by id, because it may be gone.
// Errors are answered in the form of the frame.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/core/rate_limiter.hpp"
#include "notifyd/core/sliding_window.hpp"
#include "notifyd/gateway/session_services.hpp"
#include "notifyd/wire/client_frames.hpp"

#include "websocket/envelope_router.hpp"

#include <string_view>

namespace notifyd::gateway {

class FrameDispatch {
  public:
    FrameDispatch(const FrameServices& services, const EnvelopeRouter& envelopes, connection::Connection& connection)
        : services_(services), envelopes_(envelopes), connection_(connection) {}

    void dispatch(std::string_view text);

  private:
    void handle(wire::SendMessage frame);
    void handle(wire::Envelope frame);
    void handle(const wire::MalformedSend& frame);
    void handle(const wire::MalformedEnvelope& frame);

    // How long this frame would have to wait, by the rates of the present config; zero if it is admitted.
    [[nodiscard]] std::chrono::nanoseconds take(const wire::ClientFrame& frame);
    [[nodiscard]] bool take_refusal();
    void refuse_for_rate(const wire::ClientFrame& frame, Milliseconds wait);

    const FrameServices& services_;
    const EnvelopeRouter& envelopes_;
    connection::Connection& connection_;
    TokenBucket messages_;
    TokenBucket acknowledgements_;
    // A client that goes on despite refusals is closed with 1008.
    TokenBucket refusals_;
    SlidingWindow subscribes_;
};

}  // namespace notifyd::gateway
