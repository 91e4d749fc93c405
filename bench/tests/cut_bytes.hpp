// Passes a byte stream to a cutter in one piece, split at every position, and byte by byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::bench {

// Describes each message, with the bytes passed in one piece.
template <class Cutter, class Describe>
std::vector<std::string> messages_of(const std::vector<std::string_view>& pieces, bool& whole, Describe describe) {
    Cutter cutter;
    std::vector<std::string> messages;
    whole = true;
    for (const std::string_view piece : pieces) {
        whole = whole && cutter.add(piece, [&](const auto& message) { messages.push_back(describe(message)); });
    }
    return messages;
}

// Every split into two pieces, and the bytes one by one.
inline std::vector<std::vector<std::string_view>> all_cuts_of(std::string_view bytes) {
    std::vector<std::vector<std::string_view>> cuts;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        cuts.push_back({bytes.substr(0, cut), bytes.substr(cut)});
    }
    cuts.emplace_back();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        cuts.back().push_back(bytes.substr(at, 1));
    }
    return cuts;
}

}  // namespace notifyd::bench
