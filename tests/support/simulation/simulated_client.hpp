// A browser in a simulation: reads when the simulation lets it, and checks every message that it gets.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/connection/outbox.hpp"
#include "notifyd/ports/connection_sink.hpp"

#include "support/frame_text.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifyd::simulation {

// A real outbox from which the network takes blocks.
class SimulatedSink final : public ports::ConnectionSink {
  public:
    explicit SimulatedSink(std::size_t bytes_max) : outbox_(bytes_max) {}

    ports::Verdict send(FramePtr frame) override {
        if (closed) return ports::Verdict::closed;
        const ports::Verdict verdict = outbox_.push(frame);
        if (verdict == ports::Verdict::queued) blocks_.push_back(std::move(frame));
        return verdict;
    }
    void answer(FramePtr frame) override {
        if (closed) return;
        outbox_.push_unbounded(frame);
        blocks_.push_back(std::move(frame));
    }
    [[nodiscard]] std::size_t bytes_waiting() const override { return outbox_.bytes(); }
    void when_below(std::size_t mark, UniqueFunction<void()> resume) override {
        waiters_.push_back({mark, std::move(resume)});
    }
    void close(CloseCode) override { closed = true; }
    [[nodiscard]] bool is_closing() const override { return closed; }

    // The network takes the first block; returns its content.
    std::vector<std::string> take_block() {
        if (blocks_.empty()) return {};
        const FramePtr block = blocks_.front();
        blocks_.erase(blocks_.begin());
        outbox_.consume(block->size());
        std::vector<Waiter> waiting;
        for (Waiter& waiter : std::exchange(waiters_, {})) {
            if (outbox_.bytes() <= waiter.mark) {
                due_.push_back(std::move(waiter.resume));
            } else {
                waiting.push_back(std::move(waiter));
            }
        }
        waiters_ = std::move(waiting);
        return testing::frame_texts(block);
    }
    // Called at the top level, as the loop would.
    void call_waiters() {
        for (auto& resume : std::exchange(due_, {})) resume();
    }
    [[nodiscard]] const connection::Outbox& outbox() const { return outbox_; }

    bool closed = false;

  private:
    struct Waiter {
        std::size_t mark;
        UniqueFunction<void()> resume;
    };

    connection::Outbox outbox_;
    std::vector<FramePtr> blocks_;
    std::vector<Waiter> waiters_;
    std::vector<UniqueFunction<void()>> due_;
};

inline std::optional<std::uint64_t> number_in(std::string_view text, std::string_view name) {
    const std::string quoted = '"' + std::string(name) + "\":";
    const std::size_t at = text.find(quoted);
    if (at == std::string_view::npos) return std::nullopt;
    return std::strtoull(text.data() + at + quoted.size(), nullptr, 10);
}
inline std::string text_in(std::string_view text, std::string_view name) {
    const std::string quoted = '"' + std::string(name) + "\":\"";
    const std::size_t at = text.find(quoted);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + quoted.size());
    return std::string(rest.substr(0, rest.find('"')));
}

// What a client knows about one topic.
struct TopicView {
    bool known = false;           // has a number to resume from
    bool by_id = false;           // its current resume is by message id
    bool resuming = false;        // and it has not finished
    bool again = false;           // it asked for messages that it already has
    bool resumed_by_id = false;   // on the current connection
    bool hole = false;            // a number was missing in the replay
    bool complete = false;        // the resume ended with complete:true
    Sequence last = 0;            // number of its last numbered message
    std::string last_id;          // of its last fifo message
    std::uint64_t last_fifo = 0;  // in publishing order, on the current connection
};

}  // namespace notifyd::simulation
