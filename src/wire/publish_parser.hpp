// Turns the members of a publish or sendMessage into a checked PublishRequest (docs/protocol.md#post-publish).
// Fails:  invalid_request, with the messages that docs/protocol.md promises.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/json/document.hpp"
#include "notifyd/wire/publish_request.hpp"

#include "known_names.hpp"

#include <array>
#include <span>
#include <string_view>

namespace notifyd::wire {

// The name of the member whose own members a publish needs, for json::Document.
inline constexpr std::string_view payload_name = "payload";

// The outermost members that a publish reads; absent ones have kind none.
struct PublishMembers {
    json::Value target_channel;
    json::Value message_type;
    json::Value group_id;
    json::Value deduplication_id;
    json::Value idempotency_key;
    json::Value deliver_at;
    json::Value transient;
    json::Value generate_sequence;
    json::Value payload;

    [[nodiscard]] std::array<KnownMember, 9> known();
};

// `payload` holds the members of the payload.
Result<PublishRequest> make_publish_request(const PublishMembers& members, std::span<const json::Member> payload);
// The same, from a document without faults.
Result<PublishRequest> read_publish(const json::Document& document);

}  // namespace notifyd::wire
