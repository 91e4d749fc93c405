#include "connection_check.hpp"

#include <algorithm>
#include <bit>

namespace notifyd::bench {

ConnectionCheck::ConnectionCheck(std::size_t window)
    : mask_(std::bit_ceil(window) - 1), ahead_(std::bit_ceil(window)) {}

Arrival ConnectionCheck::see_other(std::uint32_t stamp, std::uint64_t published) {
    if (stamp >= published || stamp > next_ + mask_) {
        return Arrival::unknown;
    }
    if (stamp < next_ || ahead_[stamp & mask_]) {
        return Arrival::duplicate;
    }
    ++received_;
    if (stamp > next_) {
        ahead_[stamp & mask_] = true;
        const bool overtaken = stamp < highest_;
        highest_ = std::max<std::uint64_t>(highest_, stamp + std::uint64_t{1});
        return overtaken ? Arrival::filled : Arrival::early;
    }
    const bool overtaken = highest_ > next_;
    ++next_;
    while (next_ < highest_ && ahead_[next_ & mask_]) {
        ahead_[next_ & mask_] = false;
        ++next_;
    }
    highest_ = std::max(highest_, next_);
    return overtaken ? Arrival::filled : Arrival::in_order;
}

bool AnswerCheck::see(std::uint32_t stamp, std::uint64_t published) {
    if (stamp >= published) {
        return false;
    }
    if (stamp >= answered_.size()) {
        answered_.resize(std::max<std::size_t>(stamp + std::size_t{1}, answered_.size() * 2));
    }
    if (answered_[stamp]) {
        return false;
    }
    answered_[stamp] = true;
    ++received_;
    return true;
}

void SequenceCheck::see(std::uint64_t sequence) {
    if (sequence == 0 || sequence > sequence_max) {
        ++duplicates_;
        return;
    }
    if (sequence >= given_.size()) {
        given_.resize(std::max<std::size_t>(sequence + 1, given_.size() * 2));
    }
    if (given_[sequence]) {
        ++duplicates_;
        return;
    }
    given_[sequence] = true;
    ++seen_;
    lowest_ = lowest_ == 0 ? sequence : std::min(lowest_, sequence);
    highest_ = std::max(highest_, sequence);
}

std::uint64_t SequenceCheck::gaps() const {
    return seen_ == 0 ? 0 : highest_ - lowest_ + 1 - seen_;
}

}  // namespace notifyd::bench
