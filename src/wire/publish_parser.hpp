// From the members of a publish or sendMessage to a checked PublishRequest (SPEC §1, §3.1).
// Owns: nothing. Thread: any. Fails: invalid_request, with SPEC §3.1's sentences.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/wire/publish_request.hpp"

#include "json_reader.hpp"
#include "known_names.hpp"

#include <array>

namespace notifyd::wire {

// The outermost members that a publish reads; what is not there has kind none.
struct PublishMembers {
    JsonValue target_channel;
    JsonValue message_type;
    JsonValue group_id;
    JsonValue deduplication_id;
    JsonValue idempotency_key;
    JsonValue deliver_at;
    JsonValue transient;
    JsonValue generate_sequence;
    JsonValue payload;

    [[nodiscard]] std::array<KnownMember, 9> known();
};

Result<PublishRequest> make_publish_request(const PublishMembers& members);
// The same from the object that they are members of.
Result<PublishRequest> read_publish_object(JsonValue object);

}  // namespace notifyd::wire
