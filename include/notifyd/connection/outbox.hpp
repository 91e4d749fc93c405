// The frames waiting for one socket, in order, bounded in bytes. The bound is hard: it is checked before a frame is
// taken.
// Thread: one loop.
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
    // `bytes_max` 0 means no bound. A single frame always fits, because the largest message is slightly larger when
    // delivered than when sent.
    explicit Outbox(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    [[nodiscard]] ports::Verdict push(FramePtr frame);
    // For frames that are bounded otherwise: control frames (the stream waits above the control mark), HTTP replies
    // (one at a time) and answers (the client is not read while its outbox is full).
    void push_unbounded(FramePtr frame);

    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] bool empty() const { return bytes_ == 0; }

    // Visits the blocks that are not fully sent, in order, each with the number of its bytes already sent.
    template <class Visit>
    void visit_unsent(Visit visit) const {
        for (std::size_t i = first_; i < frames_.size(); ++i) visit(frames_[i]->view(), i == first_ ? offset_ : 0);
    }
    // The first unsent bytes, as at most `pieces.size()` pieces; returns how many were written.
    [[nodiscard]] std::size_t gather(std::span<std::string_view> pieces) const;
    // Copies up to `out.size()` of the first unsent bytes; returns the number copied.
    [[nodiscard]] std::size_t copy(std::span<char> out) const;
    // Drops the first `count` bytes after the socket has taken them.
    void consume(std::size_t count);
    void clear();

  private:
    std::vector<FramePtr> frames_;
    std::size_t first_ = 0;   // frames before it have been sent
    std::size_t offset_ = 0;  // sent bytes of frames_[first_]
    std::size_t bytes_ = 0;
    std::size_t bytes_max_;
};

}  // namespace notifyd::connection
