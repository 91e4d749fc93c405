// The names that a request may use, and what happens to one that was probably meant to be one of them: it is refused,
// because to pass it over silently would do something else than what was asked (SPEC, preamble).
// A near miss is a known name in another case, with underscores or hyphens, with one letter off (not the first, and not
// in names of less than four letters), or with `Id` left out.
// Owns:   nothing. Thread: any.
// Fails:  invalid_request, naming the right name.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"

#include "json_reader.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace notifyd::wire {

// A member of an object, and where its value goes (nullptr: nowhere).
struct KnownMember {
    std::string_view name;
    JsonValue* place = nullptr;
};

// Reads the members of an object; null counts as absent (SPEC §3). Others are passed over, but for near misses: all
// that can be read is read before the first of those is reported.
[[nodiscard]] std::optional<Error> read_members(JsonValue object, std::span<const KnownMember> known);

// The same for the parameters of a query, which are read elsewhere.
[[nodiscard]] Result<void> check_names(const QueryParameters& query, std::span<const std::string_view> known);

}  // namespace notifyd::wire
