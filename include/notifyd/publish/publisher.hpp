// The only way for a message to enter notifyd: from a WebSocket (P2P) or from POST /publish (A2P), alone or in a batch.
// Flow:   gateway -> Publisher -> standard lanes at once (standard) and MessageLog (both; the commit point) -> answer.
//         A standard message with a deduplication key may be a repeat: the commit decides, and delivers it.
//         A transient message goes into the lanes only, and is answered at once.
// Owns:   the count of publishes that are waiting for their commit.
// Thread: one loop; `done` runs on that loop: inside the call for a refusal or a transient message, after the commit
//         otherwise.
// Fails:  invalid_request (unknown targetChannel), forbidden, unavailable (queues full, or the commit failed).
#pragma once

#include "notifyd/core/identity.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/receipt.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/standard_queue.hpp"
#include "notifyd/publish/user_share.hpp"
#include "notifyd/queue/topic_filter.hpp"
#include "notifyd/wire/client_frames.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace notifyd::publish {

using PublishDone = UniqueFunction<void(Result<Receipt>)>;
using BatchDone = UniqueFunction<void(std::vector<Result<Receipt>>)>;

// on: a fifo message without an id is identified by its payload.
enum class ContentDeduplication : std::uint8_t { off, on };

class Publisher {
  public:
    Publisher(const queue::TopicFilter& filter,
              const permissions::PermissionManager& permissions,
              ports::StandardQueue& standard_queue,
              ports::MessageLog& log,
              const Clock& clock,
              IdSource& ids,
              observability::Events& events,
              ContentDeduplication content_deduplication);

    // Replaces the setting.
    void use(ContentDeduplication content_deduplication) { content_deduplication_ = content_deduplication; }

    // `skip`: the connection that does not want its own message back.
    void publish(const Identity& sender,
                 wire::PublishRequest request,
                 std::optional<ConnectionId> skip,
                 PublishDone done);

    // One commit for all valid requests; the answers are in the order of the requests.
    void publish_batch(const Identity& sender, std::vector<Result<wire::PublishRequest>> requests, BatchDone done);

    // For requests over HTTP: hold the part until `done`.
    [[nodiscard]] Result<UserShare::Part> take_share(const Identity& sender, std::size_t bytes) {
        return share_.take(sender, bytes);
    }

    // Whether another publish would be accepted now. A WebSocket is not read while this is false.
    [[nodiscard]] bool has_room() const;
    // Runs `resume` once there is room: after a commit, or at the next poll_room.
    void wait_for_room(UniqueFunction<void()> resume);
    // Called regularly, because other loops' commits make room, too.
    void poll_room();
    // Publishes that are waiting for their commit.
    [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
    // Refuses every further publish with unavailable: the server is about to stop.
    void close() { closed_ = true; }

  private:
    // Whether the receipt states the message's number.
    enum class Numbers : std::uint8_t { shown, withheld };
    [[nodiscard]] Numbers numbers_for(const Identity& sender, const wire::PublishRequest& request) const;
    // Whether the storage accepts the message.
    [[nodiscard]] Result<void> check_storage() const;
    [[nodiscard]] Result<queue::QueueKind> admit(const Identity& sender, const wire::PublishRequest& request) const;
    [[nodiscard]] std::optional<DeduplicationKey> key_of(const Identity& sender,
                                                         const wire::PublishRequest& request) const;
    [[nodiscard]] MessagePtr stamp(const Identity& sender,
                                   wire::PublishRequest request,
                                   std::optional<ConnectionId> skip);
    void settled(const Message& message, const Result<ports::Appended>& outcome, Numbers numbers, PublishDone done);
    void record(const Message& message, Sequence sequence);

    const queue::TopicFilter& filter_;
    const permissions::PermissionManager& permissions_;
    ports::StandardQueue& standard_queue_;
    ports::MessageLog& log_;
    const Clock& clock_;
    IdSource& ids_;
    observability::Events& events_;
    ContentDeduplication content_deduplication_;
    UserShare share_{limits::user_bytes_in_flight_max};
    std::size_t in_flight_ = 0;
    bool closed_ = false;
    std::vector<UniqueFunction<void()>> waiting_;
};

}  // namespace notifyd::publish
