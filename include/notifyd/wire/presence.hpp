// Requests about presence, and their answers (docs/protocol.md#presence).
// Thread: a FramePtr stays on the loop that made it.
// Fails:  parsers with invalid_request.
#pragma once

#include "notifyd/core/frame.hpp"
#include "notifyd/core/presence.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

[[nodiscard]] Result<TopicName> parse_presence_query(const QueryParameters& parameters);
[[nodiscard]] std::string presence_reply(const TopicName& topic, const PresenceList& list);

// The payload of presence:subscribe and presence:unsubscribe: at least one topic.
[[nodiscard]] Result<std::vector<TopicName>> parse_presence_topics(std::string_view payload);

// The payload of presence:update.
struct PresenceUpdate {
    PresenceStatus status = PresenceStatus::online;
    std::string activity{};  // empty: none
};
[[nodiscard]] Result<PresenceUpdate> parse_presence_update(std::string_view payload);

// The array of a list, which several frames may contain.
[[nodiscard]] RawJson presence_members(std::span<const PresenceMember> members);
[[nodiscard]] FramePtr presence_frame(
    const RawJson& id, EpochMs now, const TopicName& topic, const RawJson& members, std::size_t count);
// A `presence:update` for each change, and a `presence` with only the count if there is one: in one block.
[[nodiscard]] FramePtr presence_changes(IdSource& ids,
                                        EpochMs now,
                                        const TopicName& topic,
                                        std::span<const PresenceChange> changes,
                                        const std::optional<std::size_t>& count);

}  // namespace notifyd::wire
