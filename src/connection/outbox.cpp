// A vector with a head index: an idle outbox holds no memory (a deque would hold half a kilobyte).
#include "notifyd/connection/outbox.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace notifyd::connection {

namespace {

// Above this, the capacity left over from a burst is released.
constexpr std::size_t kept_capacity = 32;
// Sent frames at the front are removed once there are at least this many and they are half of the vector.
constexpr std::size_t compact_from = 256;

}  // namespace

ports::Verdict Outbox::push(FramePtr frame) {
    if (bytes_max_ != 0 && bytes_ != 0 && bytes_ + frame->size() > bytes_max_) return ports::Verdict::full;
    push_unbounded(std::move(frame));
    return ports::Verdict::queued;
}

void Outbox::push_unbounded(FramePtr frame) {
    if (frame->size() == 0) return;
    bytes_ += frame->size();
    frames_.push_back(std::move(frame));
}

std::size_t Outbox::gather(std::span<std::string_view> pieces) const {
    const std::size_t count = std::min(pieces.size(), frames_.size() - first_);
    for (std::size_t i = 0; i < count; ++i) pieces[i] = frames_[first_ + i]->view();
    if (count != 0) pieces[0].remove_prefix(offset_);
    return count;
}

std::size_t Outbox::copy(std::span<char> out) const {
    std::size_t copied = 0;
    std::size_t offset = offset_;
    for (std::size_t i = first_; i < frames_.size() && copied < out.size(); ++i) {
        const std::string_view rest = frames_[i]->view().substr(offset);
        const std::size_t count = std::min(rest.size(), out.size() - copied);
        std::memcpy(out.data() + copied, rest.data(), count);
        copied += count;
        offset = 0;
    }
    return copied;
}

void Outbox::consume(std::size_t count) {
    assert(count <= bytes_);
    bytes_ -= count;
    offset_ += count;
    while (first_ < frames_.size() && offset_ >= frames_[first_]->size()) {
        offset_ -= frames_[first_]->size();
        frames_[first_].reset();
        ++first_;
    }
    if (first_ == frames_.size()) {
        clear();
    } else if (first_ >= compact_from && first_ * 2 >= frames_.size()) {
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

void Outbox::clear() {
    if (frames_.capacity() > kept_capacity) {
        std::vector<FramePtr>().swap(frames_);
    } else {
        frames_.clear();
    }
    first_ = 0;
    offset_ = 0;
    bytes_ = 0;
}

}  // namespace notifyd::connection
