// The names that a request may use, and near misses of them. A near miss is refused: to ignore it would silently do
// something else than the client asked for (docs/protocol.md#conventions).
// A near miss is a known name in another case, with underscores or hyphens, with one letter off (not the first, and not
// in names of less than four letters), or with `Id` left out.
// Fails: invalid_request, with the right name.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/json/value.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace notifyd::wire {

// A member of an object, and where its value goes (nullptr: nowhere).
struct KnownMember {
    std::string_view name;
    json::Value* place = nullptr;
};

// Puts the members of an object in their places; null counts as absent (docs/protocol.md#conventions). Unknown names
// are ignored, near misses are not: the first one is the error, but all that can be read is read before.
[[nodiscard]] std::optional<Error> read_members(std::span<const json::Member> members,
                                                std::span<const KnownMember> known);
// The same for an object that may be very large.
[[nodiscard]] std::optional<Error> read_members(json::Value object, std::span<const KnownMember> known);

// The same for the parameters of a query, which are read elsewhere.
[[nodiscard]] Result<void> check_names(const QueryParameters& query, std::span<const std::string_view> known);

}  // namespace notifyd::wire
