// Runs of publish times: begun, widened, ended and dropped.
#include "time_runs.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace notifyd::storage::sqlite {

namespace {

constexpr EpochMs time_min = std::numeric_limits<EpochMs>::min();
constexpr EpochMs time_max = std::numeric_limits<EpochMs>::max();
constexpr Position position_max = std::numeric_limits<Position>::max();
// Keeps sums of times and disorders from overflowing: 70 million years.
constexpr EpochMs disorder_limit = EpochMs{1} << 61;

// Rounded to powers of two, so that a run is widened only a few times and not with every new maximum.
EpochMs rounded_up(EpochMs disorder) {
    return static_cast<EpochMs>(std::bit_ceil(static_cast<std::uint64_t>(std::min(disorder, disorder_limit))));
}

}  // namespace

TimeRunTable::TimeRunTable(Database& database)
    : last_run_(database,
                "SELECT first_position, earliest, disorder FROM time_runs "
                "WHERE first_position = (SELECT max(first_position) FROM time_runs)"),
      last_message_(database,
                    "SELECT position, published_at FROM messages "
                    "WHERE position = (SELECT max(position) FROM messages)"),
      count_(database, "SELECT count(*) FROM time_runs"),
      end_(database, "UPDATE time_runs SET latest = ?2 WHERE first_position = ?1"),
      begin_(database, "INSERT INTO time_runs (first_position, earliest, latest, disorder) VALUES (?1, ?2, NULL, 0)"),
      widen_(database, "UPDATE time_runs SET disorder = ?2 WHERE first_position = ?1"),
      drop_(database,
            "DELETE FROM time_runs WHERE first_position < "
            "(SELECT max(first_position) FROM time_runs WHERE first_position <= ?1)") {}

bool TimeRunTable::add(Position position, EpochMs published_at) {
    if (count_now_ == 0) return begin(position, published_at);
    if (published_at >= latest_) {
        latest_ = published_at;
        return true;
    }
    const EpochMs behind = latest_ - published_at;
    if (behind <= disorder_) return true;
    if (behind > disorder_max && count_now_ < runs_max) {
        return end_.bind(1, first_).bind(2, latest_).run() && begin(position, published_at);
    }
    disorder_ = rounded_up(behind);
    return widen_.bind(1, first_).bind(2, disorder_).run();
}

bool TimeRunTable::begin(Position position, EpochMs published_at) {
    ++count_now_;
    first_ = position;
    latest_ = published_at;
    disorder_ = 0;
    return begin_.bind(1, position).bind(2, published_at).run();
}

bool TimeRunTable::drop_in_front_of(Position position) {
    if (count_now_ <= 1) return true;
    return drop_.bind(1, position).run() && reload();
}

bool TimeRunTable::reload() {
    const ResetGuard reset_count(count_);
    const ResetGuard reset_run(last_run_);
    const ResetGuard reset_message(last_message_);
    if (count_.step() != Step::row) return false;
    count_now_ = static_cast<std::size_t>(count_.integer(0));
    if (count_now_ == 0) return true;
    if (last_run_.step() != Step::row) return false;
    first_ = last_run_.integer(0);
    latest_ = last_run_.integer(1);
    disorder_ = last_run_.integer(2);
    const Step message = last_message_.step();
    if (message == Step::failed) return false;
    // The last message need not be the latest of its run, but precedes it by no more than the disorder.
    if (message == Step::row && last_message_.integer(0) >= first_) {
        latest_ = std::max(latest_, last_message_.integer(1) + disorder_);
    }
    return true;
}

TimeRunReader::TimeRunReader(Database& database)
    : all_(database, "SELECT first_position, earliest, latest, disorder FROM time_runs ORDER BY first_position DESC") {}

bool TimeRunReader::find(EpochMs from, EpochMs to, std::vector<TimeRun>& runs) {
    runs.clear();
    const ResetGuard reset(all_);
    TimeRun run;
    Step step = all_.step();
    for (; step == Step::row; step = all_.step()) {
        run.first = all_.integer(0);
        run.disorder = std::max<EpochMs>(all_.integer(3), 0);
        run.earliest = all_.integer(1) - run.disorder;
        run.latest = all_.is_null(2) ? time_max : all_.integer(2);
        if (run.earliest <= to && from <= run.latest) runs.push_back(run);
        run.last = run.first - 1;
    }
    // No runs means no messages, unless somebody has emptied the table: then every row is searched.
    const bool is_empty = run.last == position_max;
    if (is_empty) runs.push_back({.earliest = time_min, .latest = time_max, .disorder = disorder_limit});
    std::reverse(runs.begin(), runs.end());
    return step == Step::done;
}

}  // namespace notifyd::storage::sqlite
