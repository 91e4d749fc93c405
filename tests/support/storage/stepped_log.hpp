// A log whose messages were stored while the wall clock was set, and checks that reading by time and by id is right
// nonetheless.
#pragma once

#include "support/storage/storage_fixture.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <limits>
#include <string>
#include <vector>

namespace notifyd::storage::testing {

inline constexpr EpochMs noon = 1'769'860'800'000;
inline constexpr EpochMs second = 1'000;
inline constexpr EpochMs hour = 3'600 * second;

// Messages of one topic, ten per second by a clock that is set by each of `steps` in turn.
class SteppedLog {
  public:
    void store(Loop& loop, const std::vector<EpochMs>& steps, std::size_t count_between = 20) {
        for (const EpochMs step : steps) {
            time_ += step;
            for (std::size_t i = 0; i < count_between; ++i, time_ += 100) {
                const Kind kind = std::array{Kind::numbered, Kind::standard, Kind::unnumbered}[messages_.size() % 3];
                messages_.push_back(message(topic("a"), kind, time_, "{\"i\":" + std::to_string(messages_.size())));
                (void)loop.store(messages_.back());
            }
        }
    }

    [[nodiscard]] const std::vector<MessagePtr>& messages() const { return messages_; }

    // By a full walk of the history, in commit order.
    [[nodiscard]] static std::vector<StoredMessage> walk(Loop& loop, PageQuery query = newest(topic("a"), 7)) {
        query.order = PageOrder::oldest_first;
        std::vector<StoredMessage> all;
        do {
            const auto page = loop.read(query);
            REQUIRE(page.has_value());
            all.insert(all.end(), page->messages.begin(), page->messages.end());
            query.after = page->next;
        } while (query.after.has_value());
        return all;
    }

    // Every range between two of the messages' times equals the full walk, filtered.
    static void check_ranges(Loop& loop, std::size_t stride) {
        const std::vector<StoredMessage> all = walk(loop);
        for (std::size_t i = 0; i < all.size(); i += stride) {
            for (std::size_t k = 0; k < all.size(); k += stride) {
                PageQuery query = newest(topic("a"), 7);
                query.from_time = all[i].published_at;
                query.to_time = all[k].published_at + static_cast<EpochMs>(k % 3);
                std::vector<Position> wanted;
                for (const StoredMessage& row : all) {
                    const bool matches = row.published_at >= *query.from_time && row.published_at <= *query.to_time;
                    if (matches) wanted.push_back(row.at.position);
                }
                std::vector<Position> found;
                for (const StoredMessage& row : walk(loop, query)) found.push_back(row.at.position);
                CAPTURE(i, k, *query.from_time, *query.to_time);
                REQUIRE(found == wanted);
            }
        }
    }

    // Each message can be resumed from by its id, and the plan contains everything after it.
    static void check_resumes(Loop& loop) {
        const std::vector<StoredMessage> all = walk(loop);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto plan = loop.plan({topic("a"), all[i].id, 10'000, std::numeric_limits<Position>::max()});
            REQUIRE(plan.has_value());
            CAPTURE(i, all[i].published_at);
            REQUIRE(plan->verdict == ports::ResumePlan::Verdict::complete);
            PageQuery query = newest(topic("a"), 50);
            query.window = plan->window;
            query.after = plan->after;
            std::vector<Position> behind;
            for (const StoredMessage& row : walk(loop, query)) {
                const bool overlaps = row.at < all[i].at;
                if (!overlaps) behind.push_back(row.at.position);
                // What may be repeated: standard messages no older than a second, as far as the clock can tell.
                if (overlaps) REQUIRE(row.type == MessageType::standard);
                if (overlaps) REQUIRE(row.published_at >= all[i].published_at - 2'000);
            }
            std::vector<Position> wanted;
            for (std::size_t k = i + 1; k < all.size(); ++k) wanted.push_back(all[k].at.position);
            REQUIRE(behind == wanted);
        }
    }

    static void check(Loop& loop) {
        check_ranges(loop, 11);
        check_resumes(loop);
    }

  private:
    EpochMs time_ = noon;
    std::vector<MessagePtr> messages_;
};

}  // namespace notifyd::storage::testing
