// JSON objects as tokens and key files hold them, refused where two readers could read them differently.
// Owns: nothing. Thread: any. Fails: nullopt for what is not one object, is nested too deep, or has a duplicate key.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string_view>

namespace notifyd::auth {

inline constexpr std::size_t json_depth_max = 32;

[[nodiscard]] std::optional<boost::json::object> parse_strict_object(std::string_view text);

}  // namespace notifyd::auth
