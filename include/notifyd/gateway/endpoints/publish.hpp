// POST /publish and POST /publish/batch (docs/protocol.md#post-publish).
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/publish/publisher.hpp"
#include "notifyd/runtime/shared_token_buckets.hpp"
#include "notifyd/runtime/turnstile.hpp"

#include <span>
#include <vector>

namespace notifyd::gateway {

class PublishEndpoints {
  public:
    // `rates` limits messages published over HTTP, by user. Large batches take turns at `large_batches`, because
    // reading one takes several times its size.
    PublishEndpoints(publish::Publisher& publisher,
                     runtime::SharedTokenBuckets& rates,
                     runtime::Turnstile& large_batches,
                     runtime::EventLoop& loop,
                     const config::Limits& limits,
                     const Clock& clock,
                     observability::Events& events)
        : publisher_(publisher),
          rates_(rates),
          large_batches_(large_batches),
          loop_(loop),
          limits_(limits),
          clock_(clock),
          events_(events) {}

    [[nodiscard]] static std::span<const ResourceRoute<PublishEndpoints>> routes();

  private:
    EndpointReply publish_one(const Call& call);
    EndpointReply publish_batch(const Call& call);

    using Messages = std::vector<Result<wire::PublishRequest>>;
    // Takes one message from the caller's rate; rate_limited if none is left. Service and admin tokens are not limited.
    [[nodiscard]] Result<void> take_message(const Identity& caller);
    // Each entry counts, even a malformed one. Entries beyond the rate are refused, the others accepted.
    void limit_rate(Messages& messages, const Identity& caller);
    // Logs the refused entries of an accepted batch.
    void log_refused(const std::vector<Result<Receipt>>& receipts, const Call& call);

    publish::Publisher& publisher_;
    runtime::SharedTokenBuckets& rates_;
    runtime::Turnstile& large_batches_;
    runtime::EventLoop& loop_;
    const config::Limits& limits_;
    const Clock& clock_;
    observability::Events& events_;
};

}  // namespace notifyd::gateway
