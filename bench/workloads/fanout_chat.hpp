// One chat of the fan-out: its publisher's messages in flight, and the answers.
#pragma once

#include "connection_check.hpp"
#include "field_finder.hpp"
#include "message_template.hpp"
#include "window.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::bench {

template <class Client>
struct FanoutChat {
    std::size_t index;
    MessageTemplate message;
    Window window;
    Client* publisher = nullptr;
    std::uint64_t due = 0;  // publishes to send in total, when the window has room
    bool listed = false;    // the next turn publishes in this chat

    AnswerCheck answers{};
    SequenceCheck sequences{};
    // One finder per chat, because the position of a field depends on the length of the chat's name.
    FieldFinder answered_sequence{"\"sequenceNumber\":"};
    FieldFinder delivered_sequence{"\"sequenceNumber\":"};
};

}  // namespace notifyd::bench
