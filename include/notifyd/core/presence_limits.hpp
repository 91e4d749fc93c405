// The limits of presence that are not configurable (docs/protocol.md#presence).
#pragma once

#include <chrono>
#include <cstddef>

namespace notifyd::limits {

// Members in a list of a topic's presence; the count is exact beyond.
inline constexpr std::size_t presence_members_max = 1'000;
// A topic with more members than that is large, until it has shrunk to this many: it must not alternate.
inline constexpr std::size_t presence_large_until = 900;
static_assert(presence_large_until < presence_members_max);
// Changes of one topic within an interval that are sent one by one; in a large topic, fewer.
inline constexpr std::size_t presence_updates_max = 100;
inline constexpr std::size_t presence_large_updates_max = 10;
inline constexpr std::chrono::seconds presence_batch_interval{1};
// Topics whose presence one connection watches, and lists that it may be waiting for.
inline constexpr std::size_t presence_topics_max = 100;
inline constexpr std::size_t presence_lists_waiting_max = 200;
inline constexpr std::size_t presence_activity_chars_max = 128;
// A connection with more bytes waiting gets its next list later. A list can have about 100 KiB.
inline constexpr std::size_t presence_room_bytes = 64 * 1024;
// Announced leaves per tick, so that a mass disconnect does not stop the loop.
inline constexpr std::size_t presence_leaves_per_tick = 4'096;

}  // namespace notifyd::limits
