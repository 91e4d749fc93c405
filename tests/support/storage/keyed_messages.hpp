// Messages with deduplication keys, and what their appends report.
#pragma once

#include "support/storage/storage_fixture.hpp"

#include <catch2/catch.hpp>

#include <cstdint>

namespace notifyd::storage::testing {

inline constexpr Milliseconds window{300'000};

inline DeduplicationKey key(std::uint8_t name) {
    DeduplicationKey made{};
    made.front() = name;
    return made;
}

inline MessagePtr keyed(Kind kind, std::uint8_t name, EpochMs published_at = 0) {
    return message(topic("a"), kind, published_at, "{\"a\":1", key(name));
}

inline ports::Appended appended(Loop& loop, const MessagePtr& made) {
    const auto answer = loop.append({made}).front();
    REQUIRE(answer.has_value());
    return *answer;
}

inline bool is_duplicate(Loop& loop, const MessagePtr& made) {
    return appended(loop, made).duplicate_of.has_value();
}

}  // namespace notifyd::storage::testing
