// The members of one topic, and what has changed since the last batch. Pure.
#pragma once

#include "notifyd/core/presence.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace notifyd::presence {

class MemberList {
  public:
    // Adds the user, or ends an absence that has not been announced.
    void join(const UserId& user, const PresenceState& state);
    // Begins an absence, and returns its number; 0: not a member.
    [[nodiscard]] std::uint64_t leave(const UserId& user, EpochMs now);
    // Removes the user if it is still in this absence.
    void end_absence(const UserId& user, std::uint64_t absence);
    void set(const UserId& user, const PresenceState& state);

    [[nodiscard]] bool empty() const { return members_.empty(); }
    // Of a topic with more members than a list shows, the members may be as old as the last batch.
    [[nodiscard]] PresenceList list(SteadyTime now);

    // Changes are only recorded while somebody watches.
    void record();
    void stop_recording();
    [[nodiscard]] bool has_changes() const { return !changes_.empty() || too_many_; }
    [[nodiscard]] PresenceBatch take_batch(const TopicName& topic, SteadyTime now);

  private:
    struct Member {
        PresenceState state;
        std::uint64_t absence = 0;  // 0: present
    };
    using Members = std::map<UserId, Member>;

    void note(const UserId& user, const PresenceState& state);
    void forget_changes();
    [[nodiscard]] std::shared_ptr<const std::vector<PresenceMember>> first_members() const;

    Members members_;
    std::uint64_t revision_ = 0;
    std::uint64_t absences_ = 0;

    bool recording_ = false;
    std::map<UserId, PresenceChange> changes_;
    bool too_many_ = false;
    bool count_changed_ = false;
    bool large_ = false;  // as of the last batch

    // The last list of a topic with more members than a list shows.
    PresenceList kept_;
    SteadyTime kept_until_;
};

}  // namespace notifyd::presence
