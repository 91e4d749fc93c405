// POST /publish and POST /publish/batch (docs/protocol.md#post-publish): bodies in, replies out.
// Fails: invalid_json, invalid_request, and payload_too_large for an entry of a batch.
#pragma once

#include "notifyd/core/receipt.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/wire/json_limits.hpp"
#include "notifyd/wire/publish_request.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

// Requires that the gateway has checked the size of the body.
Result<PublishRequest> parse_publish_body(std::string_view body, const JsonLimits& limits);

// 1 to 100 entries, each accepted or refused on its own. Large bodies are read in steps by a BatchReader instead.
Result<std::vector<Result<PublishRequest>>> parse_batch_body(std::string_view body,
                                                             const JsonLimits& limits,
                                                             std::size_t message_bytes_max);

// The header Idempotency-Key of both: 1 to 128 characters. nullopt: absent.
Result<std::optional<std::string>> parse_idempotency_key(const std::optional<std::string>& header);

[[nodiscard]] std::string publish_reply(const Receipt& receipt);
// In the order of the entries, with the counts.
[[nodiscard]] std::string batch_reply(std::span<const Result<Receipt>> results);

}  // namespace notifyd::wire
