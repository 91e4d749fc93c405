// What happens to a client's text frame: parsed, handed to the service that handles it, answered.
// Flow:   ws session -> FrameDispatch -> publisher, subscriptions -> answer through the connection's sink
// Owns:   the connection's rate limits.
// Thread: one loop. Answers to publishes come after their commit and find the connection by id: it may be gone.
// Fails:  never; what is wrong is answered in the form of the frame.
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

    // Whether the connection may go on with this message, by the rates of the present config.
    [[nodiscard]] std::chrono::nanoseconds take_message();
    [[nodiscard]] bool take_refusal();
    void refuse_for_rate(const wire::ClientFrame& frame, Milliseconds wait);
    // For subscribe and unsubscribe: everything that is subscribed now, and where it stands; then the replays.
    using SubscriptionFrame = FramePtr (*)(const wire::RawJson&, EpochMs, const wire::Subscribed&);
    void answer_with_positions(SubscriptionFrame encode, std::optional<wire::RawJson> id, ResumeRequest resume);
    void answer_error(const std::optional<wire::RawJson>& envelope_id, const Error& error);
    [[nodiscard]] Result<void> check_subscribe(const wire::Subscribe& frame);
    [[nodiscard]] bool take_subscribe(const std::optional<wire::RawJson>& envelope_id);

    const FrameServices& services_;
    connection::Connection& connection_;
    TokenBucket messages_;
    // What goes on after refusals closes the connection with 1008.
    TokenBucket refusals_;
    SlidingWindow subscribes_;
};

}  // namespace notifyd::gateway
