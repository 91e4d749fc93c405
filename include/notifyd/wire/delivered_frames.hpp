// Messages as subscribers receive them: encoded from their heads, and read back
// (docs/protocol.md#what-subscribers-receive).
// Flow:   lanes or log -> processor, catch-up, retries -> delivered_frames -> outbox
// Thread: a FramePtr stays on the loop that made it.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/frame.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/core/page.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace notifyd::wire {

// One frame per message, one after the other.
[[nodiscard]] FramePtr delivered_frames(std::span<const Delivery> deliveries,
                                        EpochMs processed_at,
                                        unsigned retry_count);
[[nodiscard]] FramePtr delivered_frames(std::span<const StoredMessage> messages,
                                        EpochMs processed_at,
                                        unsigned retry_count);

// A message in a frame that was not sent.
struct UnsentMessage {
    MessageId id;
    TopicName topic;
    MessageType type = MessageType::standard;
    Sequence sequence = 0;  // 0: not numbered
    std::string_view head;  // as in Message::head; valid as long as the block
};
// Visits the messages in a block of this server's frames whose first `sent` bytes have been sent. Skips transient
// messages, other frames, and everything from an incomplete frame on.
void visit_unsent(std::string_view block,
                  std::size_t sent,
                  const std::function<void(const UnsentMessage& message)>& visit);

}  // namespace notifyd::wire
