// A connection that records its frames instead of sending them, and helpers for such tests.
#pragma once

#include "notifyd/connection/connection.hpp"

#include "support/frame_text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace notifyd::testing {

inline TopicName topic_of(std::string_view text) {
    return *TopicName::parse(text);
}

inline ConnectionId connection_id(std::uint8_t number) {
    Uuid id;
    id.bytes.back() = number;
    return ConnectionId(id);
}

class RecordingSink final : public ports::ConnectionSink {
  public:
    ports::Verdict send(FramePtr frame) override {
        if (closed_with) return ports::Verdict::closed;
        if (full) return ports::Verdict::full;
        frames.push_back(std::move(frame));
        return ports::Verdict::queued;
    }
    void answer(FramePtr frame) override {
        if (!closed_with) frames.push_back(std::move(frame));
    }
    // Pretends that the outbox is empty, or full with one byte.
    [[nodiscard]] std::size_t bytes_waiting() const override { return full ? std::size_t{1} << 30U : 0; }
    void when_below(std::size_t, UniqueFunction<void()> resume) override { waiters.push_back(std::move(resume)); }
    void close(CloseCode code) override {
        if (!closed_with) closed_with = code;
    }
    [[nodiscard]] bool is_closing() const override { return closed_with.has_value(); }
    // Accepts frames again.
    void drain() {
        full = false;
        for (auto& resume : std::exchange(waiters, {})) resume();
    }
    [[nodiscard]] std::vector<std::string> texts() const {
        std::vector<std::string> all;
        for (const FramePtr& frame : frames) {
            for (std::string& text : frame_texts(frame)) all.push_back(std::move(text));
        }
        return all;
    }

    std::vector<FramePtr> frames;
    std::vector<UniqueFunction<void()>> waiters;
    std::optional<CloseCode> closed_with;
    bool full = false;
};

// A connection together with its sink.
struct TestConnection {
    explicit TestConnection(std::uint8_t number, std::string user = "u")
        : connection(connection_id(number),
                     Identity{.user = UserId(std::move(user)), .claimed_topics = {}, .token_id = {}},
                     sink) {}
    RecordingSink sink;
    connection::Connection connection;
};

}  // namespace notifyd::testing
