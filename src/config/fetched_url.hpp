// URLs that the server fetches something from: of http or https, without a user, complete.
#pragma once

#include <string>
#include <string_view>

namespace notifyd::config {

// Whether somebody who wrote this meant a URL, a good one or not.
[[nodiscard]] bool is_meant_as_url(std::string_view text);

// What is wrong with it, in words for the operator; empty: it can be fetched. Nothing of the URL is in them, because a
// password may be.
[[nodiscard]] std::string problem_with_fetched_url(std::string_view text);

}  // namespace notifyd::config
