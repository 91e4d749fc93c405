// /dlq (docs/protocol.md#dead-letters) and `notifyd dlq list --json`: queries in, dead letters out.
// Fails: invalid_request.
#pragma once

#include "notifyd/core/dead_letter.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace notifyd::wire {

// GET /dlq
struct DeadLettersQuery {
    std::optional<std::string> queue;  // nullopt: all
    std::size_t limit = limits::page_messages_default;
    // As given by the client; opaque_key decodes it.
    std::optional<std::string> start_key;
};
Result<DeadLettersQuery> parse_dead_letters_query(const QueryParameters& query);
[[nodiscard]] std::string dead_letters_page(std::span<const DeadLetter> letters,
                                            const std::optional<std::string>& next_key);
// One letter with its message as published; null if its retention has expired.
[[nodiscard]] std::string dead_letter(const DeadLetter& letter);

// POST /dlq/redrive; nullopt: all queues. An empty name is refused, so that an unset variable in a script does not mean
// all of them.
Result<std::optional<std::string>> parse_redrive_query(const QueryParameters& query);
[[nodiscard]] std::string redrive_reply(std::size_t redriven, std::size_t failed);

}  // namespace notifyd::wire
