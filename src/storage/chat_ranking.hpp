// Finds the chats of a page among all of a user's topics, which are visited in slices.
// Thread: one at a time: a reader thread, then the loop.
#pragma once

#include "notifyd/ports/read_position_store.hpp"
#include "notifyd/storage/read_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace notifyd::storage {

class ChatRanking {
  public:
    // Rows per slice: a few milliseconds of work.
    static constexpr std::size_t slice_rows = 1'000;

    explicit ChatRanking(ports::ChatQuery query) : query_(std::move(query)) {}

    [[nodiscard]] const UserId& user() const { return query_.user; }

    // Visits the next slice and, if it is the last, completes the page. False if the database fails.
    [[nodiscard]] bool advance(ChatReads& chats) {
        std::optional<ChatSlice> slice = chats.rank(query_.user, slice_rows, next_);
        if (!slice.has_value()) return false;
        next_ = std::move(slice->next);
        merge(std::move(slice->chats));
        return next_.has_value() || describe(chats);
    }
    [[nodiscard]] bool is_complete() const { return !next_.has_value(); }
    [[nodiscard]] ports::ChatPage take_page() { return std::move(page_); }

  private:
    // Keeps the first chats after the query's place, and one more, to learn whether there are more.
    void merge(std::vector<RankedChat> found) {
        if (query_.after.has_value()) {
            std::erase_if(found, [&](const RankedChat& chat) { return !query_.after->is_before(chat.place); });
        }
        std::move(found.begin(), found.end(), std::back_inserter(first_));
        const std::size_t kept = std::min(first_.size(), query_.rows_max + 1);
        const auto end = first_.begin() + static_cast<std::ptrdiff_t>(kept);
        std::partial_sort(first_.begin(), end, first_.end(), [](const RankedChat& left, const RankedChat& right) {
            return left.place.is_before(right.place);
        });
        first_.erase(end, first_.end());
    }
    [[nodiscard]] bool describe(ChatReads& chats) {
        if (first_.size() > query_.rows_max) {
            first_.pop_back();
            page_.next = first_.back().place;
        }
        return chats.describe(query_.user, first_, page_.chats);
    }

    const ports::ChatQuery query_;
    std::optional<TopicName> next_;
    std::vector<RankedChat> first_;
    ports::ChatPage page_;
};

}  // namespace notifyd::storage
