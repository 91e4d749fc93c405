// Parses a client's text frames, hands each to the service that handles it, and answers it.
// Flow:   WebSocketSession -> FrameDispatch -> publisher, subscriptions -> answer through the connection's sink
// Owns:   the connection's rate limits.
// Thread: one loop. Publishes are answered after their commit and find the connection by id, because it may be gone.
// Errors are answered in the form of the frame.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/core/rate_limiter.hpp"
#include "notifyd/core/sliding_window.hpp"
#include "notifyd/gateway/session_services.hpp"
#include "notifyd/wire/client_frames.hpp"
#include "notifyd/wire/server_frames.hpp"

#include <string_view>

namespace notifyd::gateway {

class FrameDispatch {
  public:
    FrameDispatch(const FrameServices& services, connection::Connection& connection)
        : services_(services), connection_(connection) {}

    void dispatch(std::string_view text);

  private:
    void handle(wire::SendMessage frame);
    void handle(const wire::Ping& frame);
    void handle(wire::Subscribe frame);
    void handle(const wire::Unsubscribe& frame);
    void handle(wire::AuthRefresh frame);
    void handle(const wire::NotificationAck& frame);
    void handle(const wire::UnknownEnvelope& frame);
    void handle(const wire::MalformedSend& frame);
    void handle(const wire::MalformedEnvelope& frame);

    // How long this message would have to wait, by the rates of the present config; zero if it is admitted.
    [[nodiscard]] std::chrono::nanoseconds take_message();
    [[nodiscard]] bool take_refusal();
    void refuse_for_rate(const wire::ClientFrame& frame, Milliseconds wait);
    // Answers subscribe and unsubscribe with everything that is now subscribed and its position; then come the replays.
    using SubscriptionFrame = FramePtr (*)(const wire::RawJson&, EpochMs, const wire::Subscribed&);
    void answer_with_positions(SubscriptionFrame encode, std::optional<wire::RawJson> id, ResumeRequest resume);
    void answer_error(const std::optional<wire::RawJson>& envelope_id, const Error& error);
    [[nodiscard]] Result<void> check_subscribe(const wire::Subscribe& frame);
    [[nodiscard]] bool take_subscribe(const std::optional<wire::RawJson>& envelope_id);

    const FrameServices& services_;
    connection::Connection& connection_;
    TokenBucket messages_;
    // A client that goes on despite refusals is closed with 1008.
    TokenBucket refusals_;
    SlidingWindow subscribes_;
};

}  // namespace notifyd::gateway
