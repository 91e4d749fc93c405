// Passes each event to the loop that it belongs to. The mailboxes keep the order of what one loop sends to another.
#include "notifyd/presence/local_board.hpp"

#include "topic_board.hpp"
#include "user_board.hpp"

#include <functional>
#include <utility>

namespace notifyd::presence {

// What has its home on this loop.
struct LocalBoard::Homed {
    explicit Homed(Milliseconds leave_after) : topics(leave_after) {}

    // Passes the events of users to the homes of their topics.
    void pass_on(LocalBoard& here, TopicEvents events) {
        std::vector<TopicEvents> by_loop(here.boards_.size());
        for (TopicEvent& event : events) {
            by_loop[here.home_of(event.topic).loop_.index()].push_back(std::move(event));
        }
        for (std::size_t loop = 0; loop < by_loop.size(); ++loop) {
            if (by_loop[loop].empty()) continue;
            here.on(*here.boards_[loop], [own = std::move(by_loop[loop])](LocalBoard& home) {
                const SteadyTime now = home.clock_.steady_now();
                for (const TopicEvent& event : own) home.homed_->topics.apply(event, now);
            });
        }
    }

    UserBoard users;
    TopicBoard topics;
};

LocalBoard::LocalBoard(runtime::EventLoop& loop, LocalBoards& boards, const Clock& clock, Milliseconds leave_after)
    : loop_(loop), boards_(boards), clock_(clock), homed_(std::make_unique<Homed>(leave_after)) {
    boards.push_back(this);
}

LocalBoard::~LocalBoard() = default;

LocalBoard& LocalBoard::home_of(const UserId& user) const {
    return *boards_[std::hash<UserId>{}(user) % boards_.size()];
}

LocalBoard& LocalBoard::home_of(const TopicName& topic) const {
    return *boards_[std::hash<TopicName>{}(topic) % boards_.size()];
}

template <class Act>
void LocalBoard::on(LocalBoard& board, Act act) {
    if (&board == this) return act(board);
    // Fails only if that loop has stopped, and all it knew with it.
    static_cast<void>(board.loop_.post_control([&board, act = std::move(act)]() mutable { act(board); }));
}

void LocalBoard::joined(ConnectionId connection, const UserId& user, std::span<const TopicName> topics) {
    on(home_of(user),
       [connection, user, own = std::vector(topics.begin(), topics.end()), now = clock_.now_ms()](LocalBoard& home) {
           home.homed_->pass_on(home, home.homed_->users.joined(connection, user, own, now));
       });
}

void LocalBoard::left(ConnectionId, const UserId& user, std::span<const TopicName> topics) {
    on(home_of(user), [user, own = std::vector(topics.begin(), topics.end()), now = clock_.now_ms()](LocalBoard& home) {
        home.homed_->pass_on(home, home.homed_->users.left(user, own, now));
    });
}

void LocalBoard::closed(ConnectionId connection, const UserId& user, std::span<const TopicName> topics) {
    on(home_of(user),
       [connection, user, own = std::vector(topics.begin(), topics.end()), now = clock_.now_ms()](LocalBoard& home) {
           home.homed_->pass_on(home, home.homed_->users.closed(connection, user, own, now));
       });
}

void LocalBoard::updated(ConnectionId connection, const UserId& user, PresenceStatus status, std::string activity) {
    on(home_of(user),
       [connection, user, status, own = std::move(activity), now = clock_.now_ms()](LocalBoard& home) mutable {
           home.homed_->pass_on(home, home.homed_->users.updated(connection, user, status, std::move(own), now));
       });
}

void LocalBoard::watch(const TopicName& topic) {
    on(home_of(topic), [topic, index = loop_.index()](LocalBoard& home) { home.homed_->topics.watch(topic, index); });
}

void LocalBoard::unwatch(const TopicName& topic) {
    on(home_of(topic), [topic, index = loop_.index()](LocalBoard& home) { home.homed_->topics.unwatch(topic, index); });
}

void LocalBoard::list(const TopicName& topic, ports::PresenceListDone done) {
    on(home_of(topic), [this, topic, done = std::move(done)](LocalBoard& home) mutable {
        PresenceList members = home.homed_->topics.list(topic, home.clock_.steady_now());
        home.on(*this, [members = std::move(members), done = std::move(done)](LocalBoard&) mutable { done(members); });
    });
}

void LocalBoard::tick() {
    for (DueBatch& due : homed_->topics.tick(clock_.steady_now())) {
        const auto batch = std::make_shared<const PresenceBatch>(std::move(due.batch));
        for (const std::size_t loop : due.loops) {
            on(*boards_[loop], [batch](LocalBoard& watching) { watching.receiver_->received(*batch); });
        }
    }
}

}  // namespace notifyd::presence
