// Which of a client's offers of permessage-deflate is taken (RFC 7692 §7.1). Beast looks at the first one only, and
// answers 9 bits where no more than 8 were offered. Pure.
// Owns: nothing. Thread: any. Fails: never: what cannot be honoured is declined.
#pragma once

#include <string>
#include <string_view>

namespace notifyd::gateway {

// The first offer in the values of Sec-WebSocket-Extensions, joined by commas, that can be honoured; empty: none.
[[nodiscard]] std::string choose_deflate_offer(std::string_view extensions);

}  // namespace notifyd::gateway
