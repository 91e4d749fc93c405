// The names that a request may use, and near misses of them. A near miss is refused, because ignoring it would silently
// do something other than what the client asked for (docs/protocol.md#conventions).
// A near miss is a known name in a different case, with underscores or hyphens, with one letter off (but not the first,
// and not in names of fewer than four letters), or without its `Id`.
// Fails:  invalid_request, with the right name.
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
// are ignored, except near misses: the first of them becomes the error, after everything that can be read has been
// read.
[[nodiscard]] std::optional<Error> read_members(std::span<const json::Member> members,
                                                std::span<const KnownMember> known);
// The same for an object that may be very large.
[[nodiscard]] std::optional<Error> read_members(json::Value object, std::span<const KnownMember> known);

// The same for the parameters of a query, whose values are read elsewhere.
[[nodiscard]] Result<void> check_names(const QueryParameters& query, std::span<const std::string_view> known);

}  // namespace notifyd::wire
