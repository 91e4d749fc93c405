// `subscribe` and `unsubscribe`: what an open connection receives (docs/protocol.md#subscriptions). Topics belong to
// the connection, notification channels to its user.
#pragma once

#include "notifyd/gateway/envelope_route.hpp"
#include "notifyd/gateway/session_services.hpp"
#include "notifyd/wire/server_frames.hpp"
#include "notifyd/wire/subscriptions.hpp"

#include <span>
#include <string>
#include <vector>

namespace notifyd::gateway {

class SubscriptionFrames {
  public:
    explicit SubscriptionFrames(const FrameServices& services) : services_(services) {}

    [[nodiscard]] static std::span<const EnvelopeRoute<SubscriptionFrames>> routes();

  private:
    void subscribe(const EnvelopeCall& call);
    void unsubscribe(const EnvelopeCall& call);

    [[nodiscard]] Result<void> check_channels(const connection::Connection& connection,
                                              const std::vector<std::string>& channels);
    [[nodiscard]] Result<void> check(connection::Connection& connection, const wire::Subscribe& wanted);
    [[nodiscard]] Result<void> check_resume(connection::Connection& connection, const wire::Subscribe& wanted);
    [[nodiscard]] Result<void> check_topics(const connection::Connection& connection,
                                            const std::vector<TopicName>& topics);
    // What a request does besides changing the connection's topics, which is done at once.
    struct Rest {
        std::vector<std::string> channels_added;
        std::vector<std::string> channels_removed;
        // To be undone if the channels cannot be stored.
        std::vector<TopicName> topics_added;
        ResumeRequest resume;
    };
    // Stores the channels, and answers with everything that is now subscribed and its position; then come the replays.
    using SubscriptionFrame = FramePtr (*)(const wire::RawJson&, EpochMs, const wire::Subscribed&);
    void finish(const EnvelopeCall& call, SubscriptionFrame encode, Rest rest);

    const FrameServices& services_;
};

}  // namespace notifyd::gateway
