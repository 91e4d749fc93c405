// The query parameters of a URL, percent-decoded, in their original order.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace notifyd {

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

}  // namespace notifyd
