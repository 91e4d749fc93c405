// Who is in a topic, and how available they are (docs/protocol.md#presence).
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd {

// The most available first. Only the announcement of a leave is `offline`.
enum class PresenceStatus : std::uint8_t { online, away, busy, offline };

[[nodiscard]] constexpr std::string_view to_string(PresenceStatus status) {
    switch (status) {
        case PresenceStatus::online:
            return "online";
        case PresenceStatus::away:
            return "away";
        case PresenceStatus::busy:
            return "busy";
        case PresenceStatus::offline:
            return "offline";
    }
    return "offline";
}

struct PresenceState {
    PresenceStatus status = PresenceStatus::online;
    std::string activity{};  // empty: none
    EpochMs last_active_at = 0;

    [[nodiscard]] bool looks_like(const PresenceState& other) const {
        return status == other.status && activity == other.activity;
    }
};

struct PresenceMember {
    UserId user;
    PresenceState state;
};

// The members of a topic at one revision; every visible change of a topic increments its revision.
struct PresenceList {
    // In the order of their ids, at most limits::presence_members_max of them.
    std::shared_ptr<const std::vector<PresenceMember>> members;
    std::size_t count = 0;  // of all members
    std::uint64_t revision = 0;
};

struct PresenceChange {
    PresenceMember member;
    std::uint64_t revision = 0;
};

// What changed in a topic since the batch before.
struct PresenceBatch {
    TopicName topic;
    std::uint64_t revision = 0;
    // The last change of each member, in the order of revisions.
    std::vector<PresenceChange> changes{};
    // Instead of many changes.
    std::optional<PresenceList> list{};
    // The new number of members, if the topic has more than a list can show.
    std::optional<std::size_t> count{};

    [[nodiscard]] bool empty() const { return changes.empty() && !list && !count; }
};

}  // namespace notifyd
