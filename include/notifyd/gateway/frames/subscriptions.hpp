// `subscribe` and `unsubscribe`: what an open connection receives (docs/protocol.md#subscriptions).
#pragma once

#include "notifyd/gateway/envelope_route.hpp"
#include "notifyd/gateway/session_services.hpp"
#include "notifyd/wire/server_frames.hpp"
#include "notifyd/wire/subscriptions.hpp"

#include <span>

namespace notifyd::gateway {

class SubscriptionFrames {
  public:
    explicit SubscriptionFrames(const FrameServices& services) : services_(services) {}

    [[nodiscard]] static std::span<const EnvelopeRoute<SubscriptionFrames>> routes();

  private:
    void subscribe(const EnvelopeCall& call);
    void unsubscribe(const EnvelopeCall& call);

    [[nodiscard]] Result<void> check(connection::Connection& connection, const wire::Subscribe& wanted);
    [[nodiscard]] Result<void> check_topics(const connection::Connection& connection,
                                            const std::vector<TopicName>& topics);
    // Answers with everything that is now subscribed and its position; then come the replays.
    using SubscriptionFrame = FramePtr (*)(const wire::RawJson&, EpochMs, const wire::Subscribed&);
    void answer_with_positions(const EnvelopeCall& call, SubscriptionFrame encode, ResumeRequest resume);

    const FrameServices& services_;
};

}  // namespace notifyd::gateway
