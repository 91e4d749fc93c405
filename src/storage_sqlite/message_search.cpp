// A bisection by time, then a short scan.
#include "message_search.hpp"

#include "notifyd/core/uuid.hpp"

#include <cstddef>
#include <ranges>
#include <vector>

namespace notifyd::storage::sqlite {

namespace {

// For a clock that stood still, or that flapped until the runs were used up.
constexpr std::size_t rows_scanned_max = 1'000'000;

bool is_version_7(const Uuid& id) {
    return id.bytes[6] >> 4U == 7 && id.bytes[8] >> 6U == 2;
}

}  // namespace

std::optional<WalkedRow> find_message(TopicSeeks& seeks, TopicWalk& walk, const MessageId& id) {
    if (!is_version_7(id.get())) return std::nullopt;
    const EpochMs time = uuid_v7_epoch_ms(id.get());
    std::size_t scanned = 0;
    // If the clock showed a time twice, the later occurrence is requested more often.
    const std::vector<TimeRun> runs = seeks.runs(time, time);
    for (const TimeRun& run : std::views::reverse(runs)) {
        walk.finish();
        walk.start(seeks.topic_id(), seeks.last_earlier_than(run, time - run.disorder));
        while (++scanned <= rows_scanned_max && walk.next()) {
            if (walk.row().id == id) return walk.row();
            if (walk.row().at.position > run.last || walk.row().published_at > time + run.disorder) break;
        }
        if (scanned > rows_scanned_max || walk.failed() || seeks.failed()) break;
    }
    return std::nullopt;
}

MessageSearch::MessageSearch(Database& database, observability::Events& events)
    : events_(events), seeks_(database), walk_(database, TopicWalk::Direction::forward, TopicWalk::Columns::bodies) {}

bool MessageSearch::find_head(const TopicName& topic, const MessageId& id, std::optional<std::string>& head) {
    head.reset();
    if (!seeks_.select(topic)) return !seeks_.failed();
    const WalkGuard guard(walk_);
    if (!find_message(seeks_, walk_, id).has_value()) return !walk_.failed() && !seeks_.failed();
    if (walk_.intact()) {
        head = std::string(walk_.head());
    } else {
        tell_damaged(events_, topic, walk_.row());
    }
    return true;
}

}  // namespace notifyd::storage::sqlite
