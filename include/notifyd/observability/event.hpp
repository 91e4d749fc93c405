// What every event declares: its name, its level, how often it is logged, and its fields.
//
//     struct CommitFailed {
//         static constexpr EventInfo info{"commit_failed", LogLevel::error};
//         std::string_view what{};
//         std::int64_t rows = 0;
//         void describe(Fields& fields) const { fields.number("rows", rows).text("what", what); }
//     };
//
// An event whose level depends on its values has a member `LogLevel level() const`; one that is logged once per cause
// has `std::string_view cause() const`. No event carries a token, a key or a body.
// Owns:   the list of kinds. An event holds references and views: build it in the call of emit, never keep it.
// Thread: any; kinds are numbered before main.
#pragma once

#include "notifyd/observability/fields.hpp"
#include "notifyd/observability/log.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace notifyd::observability {

// How often an event is logged; it is counted each time.
struct LogLimit {
    enum class Kind : std::uint8_t { none, sampled, bounded, once_per_cause };

    Kind kind = Kind::none;
    std::uint16_t most = 0;
};

// Each time at debug; otherwise the first of each second, marked as a sample.
inline constexpr LogLimit sampled{LogLimit::Kind::sampled, 1};
// For events that any peer can trigger. Each time at debug; otherwise at most `most` per second, and the next line
// reports how many were left out.
inline constexpr LogLimit bounded{LogLimit::Kind::bounded, 20};
// Once per cause, with a limit on new causes per hour, because anyone can invent causes and would otherwise crowd out
// real ones.
inline constexpr LogLimit once_per_cause{LogLimit::Kind::once_per_cause, 16};

struct EventInfo {
    std::string_view name;
    LogLevel level = LogLevel::info;
    LogLimit limit{};
};

template <class T>
concept Event = requires(const T& event, Fields& fields) {
    { T::info } -> std::same_as<const EventInfo&>;
    event.describe(fields);
};

// An event without its type.
struct Emission {
    std::size_t number;  // of its kind
    const EventInfo& info;
    LogLevel level;
    std::string_view cause;
    const void* event;
    void (*describe)(const void* event, Fields& fields);
};

// The kinds of events that this program can emit, by number.
[[nodiscard]] std::span<const EventInfo* const> event_kinds();

[[nodiscard]] std::size_t number_event(const EventInfo& info);

template <Event T>
inline const std::size_t event_number = number_event(T::info);

}  // namespace notifyd::observability
