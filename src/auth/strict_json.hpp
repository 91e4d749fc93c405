// JSON objects in tokens and key files, refused where two readers could read them differently.
// Fails: nullopt for what is not one object, is nested too deep, or has a duplicate key.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <set>
#include <string_view>

namespace notifyd::auth {

inline constexpr std::size_t json_depth_max = 32;

[[nodiscard]] std::optional<boost::json::object> parse_strict_object(std::string_view text);

struct ObjectWithList {
    boost::json::object object;
    // The elements of the list, counted from 0, with a duplicate key inside.
    std::set<std::size_t> doubtful;
};

// The same, but a duplicate key in an element of the array `list` makes only that element doubtful.
[[nodiscard]] std::optional<ObjectWithList> parse_object_with_list(std::string_view text, std::string_view list);

}  // namespace notifyd::auth
