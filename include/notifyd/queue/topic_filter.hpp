// The fan-out policy: which queue a message enters, by its targetChannel (the filter policy of the topics). Pure.
// Owns: the channels' names. Thread: any, once made. Fails: unknown channels have no queue.
#pragma once

#include "notifyd/core/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::queue {

enum class QueueKind : std::uint8_t {
    websocket_standard,  // delivered at once, in parallel with storing
    websocket_fifo,      // delivered in commit order, after the commit
    channel,             // an operator's channel: stored, never sent to a WebSocket
};

class TopicFilter {
  public:
    // `channels`: those beside WebSocket that something serves.
    explicit TopicFilter(std::vector<std::string> channels) : channels_(std::move(channels)) {}

    [[nodiscard]] std::optional<QueueKind> queue_of(std::string_view target_channel, MessageType type) const;
    // The names of all channels that have a queue, for an error.
    [[nodiscard]] std::string served() const;

  private:
    std::vector<std::string> channels_;
};

}  // namespace notifyd::queue
