// Messages as every subscriber gets them: encoded from their heads, and recognised again (SPEC §5.2).
// Flow:   lanes or log -> processor, catch-up, retries -> delivered_frames -> outbox
// Owns:   nothing. Thread: a FramePtr stays on the loop that made it.
// Fails:  never.
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

// One frame each, in a row.
[[nodiscard]] FramePtr delivered_frames(std::span<const Delivery> deliveries,
                                        EpochMs processed_at,
                                        unsigned retry_count);
[[nodiscard]] FramePtr delivered_frames(std::span<const StoredMessage> messages,
                                        EpochMs processed_at,
                                        unsigned retry_count);

// A message that stands in a frame which was not sent.
struct UnsentMessage {
    MessageId id;
    TopicName topic;
    MessageType type = MessageType::standard;
    Sequence sequence = 0;  // 0: not numbered
    std::string_view text;  // the whole object; lives as long as the block
};
// Visits the messages of a block of frames of ours of which the first `sent` bytes are gone. Other frames are passed
// over, and so is what follows a frame that is not understood.
void visit_unsent(std::string_view block,
                  std::size_t sent,
                  const std::function<void(const UnsentMessage& message)>& visit);

}  // namespace notifyd::wire
