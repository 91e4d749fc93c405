// The part of CatchUp that reports to a client where its topics stand: the positions are read when it subscribes and
// sent before the first message, so that the client can detect from then on what it has missed
// (docs/protocol.md#positions-and-resume).
#include "notifyd/delivery/catch_up.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::delivery {

void CatchUp::open(connection::Connection& connection, Opening opening, Position fifo_up_to) {
    OpeningJob job{std::move(opening), {}, fifo_up_to};
    for (const TopicName& topic : job.opening.topics) {
        Backlog* backlog = connection.backlog(topic);
        // A backlog that is already at work continues, and reports its own progress.
        if (backlog == nullptr) backlog = begin(connection, topic);
        const bool opens = backlog != nullptr && !backlog->works();
        job.backlogs.push_back(opens ? backlog->id : 0);
        if (!opens) continue;
        backlog->opening = fifo_up_to;
        backlog->busy = true;
    }
    ++connection.openings;
    std::deque<OpeningJob>& jobs = openings_[connection.id()];
    jobs.push_back(std::move(job));
    if (jobs.size() == 1) ready_openings_.push(connection.identity().user, connection.id());
    pump();
}

void CatchUp::prepare_opening(ConnectionId id) {
    const auto found = openings_.find(id);
    if (found == openings_.end() || !found->second.front().opening.prepare) return read_positions(id);
    auto prepare = std::move(found->second.front().opening.prepare);
    ++reads_;
    prepare([this, id] {
        --reads_;
        read_positions(id);
        pump();
    });
}

void CatchUp::read_positions(ConnectionId id) {
    const connection::Connection* connection = registry_.find(id);
    if (connection == nullptr) {
        openings_.erase(id);
        return;
    }
    const OpeningJob& job = openings_.at(id).front();
    ++reads_;
    planner_.read_positions({job.opening.topics, job.fifo_up_to, connection->identity().user},
                            [this, id](const Result<std::vector<Sequence>>& positions) {
                                --reads_;
                                opened(id, positions);
                                pump();
                            });
}

void CatchUp::opened(ConnectionId id, const Result<std::vector<Sequence>>& positions) {
    connection::Connection* connection = registry_.find(id);
    if (connection == nullptr) {
        openings_.erase(id);
        return;
    }
    std::deque<OpeningJob>& jobs = openings_.at(id);
    OpeningJob job = std::move(jobs.front());
    jobs.pop_front();
    --connection->openings;
    if (jobs.empty()) {
        openings_.erase(id);
    } else {
        ready_openings_.push(connection->identity().user, id);
    }
    if (!positions) {
        // The client reconnects and asks again.
        connection->sink().close(CloseCode::internal_error);
        job.opening.opened(*connection, job.opening.topics, {});
        return;
    }
    report(*connection, job, *positions);
    for (std::size_t i = 0; i < job.backlogs.size(); ++i) {
        go_live(*connection, job.opening.topics[i], job.backlogs[i]);
    }
}

// Topics that were revoked or left in the meantime are omitted: the client is informed of those separately.
void CatchUp::report(connection::Connection& connection, OpeningJob& job, std::span<const Sequence> positions) {
    std::vector<TopicName> topics;
    std::vector<Sequence> numbers;
    for (std::size_t i = 0; i < job.opening.topics.size(); ++i) {
        const TopicName& topic = job.opening.topics[i];
        if (!connection::ConnectionRegistry::is_subscribed(connection, topic)) continue;
        Backlog* const backlog = connection.backlog(topic);
        const bool opens = backlog != nullptr && backlog->id == job.backlogs[i];
        const bool is_behind = backlog != nullptr && !opens && backlog->owes();
        topics.push_back(topic);
        numbers.push_back(is_behind ? backlog->sent_number : positions[i]);
        // Without a log, this is the current number, and messages up to it may still be on their way.
        if (opens && log_ == Log::off) backlog->skip_up_to(positions[i]);
    }
    job.opening.opened(connection, topics, numbers);
}

// Does nothing if a resume has taken over or the topic was left in the meantime.
void CatchUp::go_live(connection::Connection& connection, const TopicName& topic, std::uint64_t backlog_id) {
    Backlog* const backlog = connection.backlog(topic);
    if (backlog == nullptr || backlog->id != backlog_id || !backlog->opening.has_value()) return;
    backlog->opening.reset();
    go_on({connection.id(), connection.identity().user, topic, backlog->id}, {&connection, backlog});
}

}  // namespace notifyd::delivery
