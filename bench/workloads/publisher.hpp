// A connection that keeps a window of publishes in flight.
// Throws ConnectionError if the connection is lost.
#pragma once

#include "message_template.hpp"
#include "scratch.hpp"
#include "time.hpp"
#include "workloads/answers.hpp"

#include <cstddef>
#include <vector>

namespace notifyd::bench {

class Publisher {
  public:
    virtual ~Publisher() = default;

    virtual int descriptor() const = 0;
    // Publishes as many messages as the window has room for, at most the given number; returns how many.
    virtual std::size_t publish(std::size_t count_max, Nanoseconds now) = 0;
    virtual void flush() = 0;
    virtual void receive(Scratch& scratch, Nanoseconds now, Answers& answers) = 0;
    virtual std::size_t in_flight() const = 0;
    // Ends the connection cleanly if the protocol has a way to.
    virtual void close() noexcept = 0;
};

// The chats in which a publisher publishes in turn. Publishers share the messages, but start at different chats.
class ChatTurns {
  public:
    ChatTurns(std::vector<MessageTemplate>& messages, std::size_t first)
        : messages_(messages), chat_(first % messages.size()) {}

    std::size_t chat() const { return chat_; }
    MessageTemplate& message() { return messages_[chat_]; }
    void next() { chat_ = chat_ + 1 == messages_.size() ? 0 : chat_ + 1; }

  private:
    std::vector<MessageTemplate>& messages_;
    std::size_t chat_;
};

}  // namespace notifyd::bench
