// The query of a URL, percent-decoded, in its order.
// Owns: its strings. Thread: any (a value). Fails: never.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace notifyd {

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

}  // namespace notifyd
