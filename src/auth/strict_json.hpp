// JSON objects in tokens and key files, refused where two readers could read them differently.
// Fails: nullopt for what is not one object, is nested too deep, or has a duplicate key.
#pragma once

#include "notifyd/core/result.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace notifyd::auth {

inline constexpr std::size_t json_depth_max = 32;

[[nodiscard]] std::optional<boost::json::object> parse_strict_object(std::string_view text);

struct ObjectWithList {
    boost::json::object object;
    // The elements of the list, counted from 0, with a duplicate key inside.
    std::set<std::size_t> doubtful;
};

// The same, but each element of the array in member `list` stands for itself. An error says what is wrong, and where.
[[nodiscard]] Result<ObjectWithList> parse_object_with_list(std::string_view text,
                                                            std::string_view list,
                                                            std::size_t depth_max);

// Why the text is no JSON value; empty: it is one. Duplicate keys are not looked for.
[[nodiscard]] std::string why_unreadable_json(std::string_view text, std::size_t depth_max);

}  // namespace notifyd::auth
