// Parses JSON objects in tokens and key files, and rejects whatever two readers could read differently.
// Fails:  nullopt for anything that is not a single object, is nested too deeply, or has a duplicate key.
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
    // Elements of the list, counted from 0, that contain a duplicate key.
    std::set<std::size_t> doubtful;
};

// The same, but a duplicate key inside an element of the array in member `list` affects that element only. An error
// says what is wrong and where.
[[nodiscard]] Result<ObjectWithList> parse_object_with_list(std::string_view text,
                                                            std::string_view list,
                                                            std::size_t depth_max);

// Why the text is not a JSON value; empty if it is one. Does not check for duplicate keys.
[[nodiscard]] std::string why_unreadable_json(std::string_view text, std::size_t depth_max);

}  // namespace notifyd::auth
