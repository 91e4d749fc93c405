#include "envelope_payload.hpp"

#include "notifyd/json/value.hpp"

#include "invalid.hpp"

#include <algorithm>

namespace notifyd::wire {

std::optional<Error> read_payload(std::string_view payload, std::span<const KnownMember> known) {
    if (payload.empty() || json::root_value(payload).kind() != json::Kind::object) {
        return invalid("payload must be an object");
    }
    json::MemberCursor members(json::root_value(payload));
    while (const auto member = members.next()) {
        if (member->value.kind() == json::Kind::null) continue;
        const auto found = std::ranges::find(known, member->key, &KnownMember::name);
        if (found != known.end()) *found->place = member->value;
    }
    return std::nullopt;
}

}  // namespace notifyd::wire
