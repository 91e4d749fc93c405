#include "notifyd/wire/token_refresh.hpp"

#include "envelope_payload.hpp"
#include "invalid.hpp"

#include <array>
#include <utility>

namespace notifyd::wire {

Result<std::string> parse_token_refresh(std::string_view payload) {
    json::Value token;
    const std::array<KnownMember, 1> known{{{"token", &token}}};
    if (auto error = read_payload(payload, known)) return *std::move(error);
    auto text = token.as_string();
    if (!text) return invalid("payload.token must be a JWT, as a string");
    return *std::move(text);
}

}  // namespace notifyd::wire
