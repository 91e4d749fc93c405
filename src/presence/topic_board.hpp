// All topics whose home is one loop: their members, who is only away, and which loops watch. Pure; the owner calls
// tick() at short intervals.
#pragma once

#include "notifyd/core/presence.hpp"

#include "member_list.hpp"
#include "user_board.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

namespace notifyd::presence {

// A batch, and the loops that want it.
struct DueBatch {
    std::vector<std::size_t> loops;
    PresenceBatch batch;
};

class TopicBoard {
  public:
    // How long a member may be away before it has left; 0: not at all.
    explicit TopicBoard(Milliseconds leave_after) : leave_after_(leave_after) {}

    void apply(const TopicEvent& event, SteadyTime now);
    void watch(const TopicName& topic, std::size_t loop);
    void unwatch(const TopicName& topic, std::size_t loop);
    [[nodiscard]] PresenceList list(const TopicName& topic, SteadyTime now);
    // Ends absences that are over, and takes the batches that are due.
    [[nodiscard]] std::vector<DueBatch> tick(SteadyTime now);

    [[nodiscard]] std::size_t size() const { return topics_.size(); }

  private:
    struct Topic {
        MemberList members;
        std::vector<std::size_t> watching;
        SteadyTime next_batch_at;
        bool is_dirty = false;
    };
    using Topics = std::unordered_map<TopicName, Topic>;
    struct Absence {
        SteadyTime ends_at;
        TopicName topic;
        UserId user;
        std::uint64_t number;
    };

    void end(const Absence& absence);
    void mark(Topics::value_type& entry);
    void forget_if_unused(const TopicName& name);

    const Milliseconds leave_after_;
    Topics topics_;
    std::deque<Absence> absences_;  // in the order of their ends
    std::vector<Topics::value_type*> dirty_;
};

}  // namespace notifyd::presence
