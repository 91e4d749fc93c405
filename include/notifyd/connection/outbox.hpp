// The frames that wait for one socket, in order, bounded in bytes.
// Owns:   a share of each frame. Thread: one loop.
// Fails:  push answers full; the bound is hard, checked before the frame is taken.
#pragma once

#include "notifyd/core/frame.hpp"
#include "notifyd/ports/connection_sink.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace notifyd::connection {

class Outbox {
  public:
    // `bytes_max` 0: no bound. One frame alone always fits: the largest message is a little larger delivered than sent.
    explicit Outbox(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    [[nodiscard]] ports::Verdict push(FramePtr frame);
    // For what is bounded in another way: control frames (the stream waits above the control mark), HTTP replies (one
    // at a time) and answers (a full connection is not read further).
    void push_unbounded(FramePtr frame);

    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] bool empty() const { return bytes_ == 0; }

    // The blocks that are not sent to their end, in order, each with the number of its bytes that are.
    template <class Visit>
    void visit_unsent(Visit visit) const {
        for (std::size_t i = first_; i < frames_.size(); ++i) visit(frames_[i]->view(), i == first_ ? offset_ : 0);
    }
    // The first unsent bytes, as at most `pieces.size()` pieces; returns how many were written.
    [[nodiscard]] std::size_t gather(std::span<std::string_view> pieces) const;
    // Copies up to `out.size()` of the first unsent bytes; returns how many.
    [[nodiscard]] std::size_t copy(std::span<char> out) const;
    // Drops the first `count` bytes, which the socket took.
    void consume(std::size_t count);
    void clear();

  private:
    std::vector<FramePtr> frames_;
    std::size_t first_ = 0;   // frames before it are sent
    std::size_t offset_ = 0;  // sent bytes of frames_[first_]
    std::size_t bytes_ = 0;
    std::size_t bytes_max_;
};

}  // namespace notifyd::connection
