// Origins as server.allowed_origins writes them.
// Owns: nothing. Thread: any. Fails: with a sentence for the operator.
#pragma once

#include <string>
#include <string_view>

namespace notifyd::config {

// Empty for "*", for what a browser sends as Origin ("https://app.example.com"), and for the same with "*." in front of
// the host. Else what is wrong, to stand behind the text: what no browser sends would look as if it worked.
[[nodiscard]] std::string problem_with_origin(std::string_view text);

}  // namespace notifyd::config
