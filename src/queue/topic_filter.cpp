// Maps targetChannel to a queue.
#include "notifyd/queue/topic_filter.hpp"

#include <algorithm>

namespace notifyd::queue {

std::optional<QueueKind> TopicFilter::queue_of(std::string_view target_channel, MessageType type) const {
    if (target_channel == websocket_channel) {
        return type == MessageType::fifo ? QueueKind::websocket_fifo : QueueKind::websocket_standard;
    }
    if (std::find(channels_.begin(), channels_.end(), target_channel) != channels_.end()) return QueueKind::channel;
    return std::nullopt;
}

std::string TopicFilter::served() const {
    std::string names(websocket_channel);
    for (const std::string& channel : channels_) names.append(", ").append(channel);
    return names;
}

}  // namespace notifyd::queue
