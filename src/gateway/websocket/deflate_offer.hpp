// Chooses among a client's offers of permessage-deflate (RFC 7692 §7.1). Beast looks only at the first one, and answers
// 9 bits if no more than 8 were offered. Pure. Offers that cannot be honoured are declined.
#pragma once

#include <string>
#include <string_view>

namespace notifyd::gateway {

// The first acceptable offer in the values of Sec-WebSocket-Extensions, joined by commas; empty: none.
[[nodiscard]] std::string choose_deflate_offer(std::string_view extensions);

}  // namespace notifyd::gateway
