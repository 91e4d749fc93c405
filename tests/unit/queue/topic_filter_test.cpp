// Which queue a message enters.
#include "notifyd/queue/topic_filter.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;
using queue::QueueKind;
using queue::TopicFilter;

TEST_CASE("targetChannel and type decide the queue; unknown channels have none") {
    const TopicFilter filter({"Email"});
    CHECK(filter.queue_of("WebSocket", MessageType::standard) == QueueKind::websocket_standard);
    CHECK(filter.queue_of("WebSocket", MessageType::fifo) == QueueKind::websocket_fifo);
    CHECK(filter.queue_of("Email", MessageType::standard) == QueueKind::channel);
    CHECK(filter.queue_of("Email", MessageType::fifo) == QueueKind::channel);
    for (const char* unknown : {"", "websocket", "email", "Sms"}) {
        CHECK_FALSE(filter.queue_of(unknown, MessageType::standard));
    }
    CHECK(filter.served() == "WebSocket, Email");
    CHECK(TopicFilter(std::vector<std::string>()).served() == "WebSocket");
}
