// The fan-out policy: selects a message's queue by its targetChannel. Pure.
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
    // `channels`: the channels other than WebSocket that something serves.
    explicit TopicFilter(std::vector<std::string> channels) : channels_(std::move(channels)) {}

    // nullopt for an unknown channel.
    [[nodiscard]] std::optional<QueueKind> queue_of(std::string_view target_channel, MessageType type) const;
    // The names of all channels with a queue, for an error message.
    [[nodiscard]] std::string served() const;

  private:
    std::vector<std::string> channels_;
};

}  // namespace notifyd::queue
