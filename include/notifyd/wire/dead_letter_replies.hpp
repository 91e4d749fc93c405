// Dead letters as JSON, for GET /dlq and `notifyd dlq list --json` (SPEC §3.7, §4.4).
// Owns: nothing. Thread: any. Fails: never.
#pragma once

#include "notifyd/core/dead_letter.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace notifyd::wire {

// One letter with its message as it was published; null: its retention is over.
[[nodiscard]] std::string dead_letter(const DeadLetter& letter);
[[nodiscard]] std::string dead_letters_page(std::span<const DeadLetter> letters,
                                            const std::optional<std::string>& next_key);
[[nodiscard]] std::string redrive_reply(std::size_t redriven, std::size_t failed);

}  // namespace notifyd::wire
