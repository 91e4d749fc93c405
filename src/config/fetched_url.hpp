// URLs that the server fetches from: complete http or https URLs without a user.
#pragma once

#include <string>
#include <string_view>

namespace notifyd::config {

// Whether the text was meant as a URL, valid or not.
[[nodiscard]] bool is_meant_as_url(std::string_view text);

// What is wrong with the URL, as a message for the operator; empty if it can be fetched. The message contains no part
// of the URL, which may contain a password.
[[nodiscard]] std::string problem_with_fetched_url(std::string_view text);

}  // namespace notifyd::config
