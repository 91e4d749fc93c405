// The members that every successful answer to a publish shares (SPEC §3.1, §5.2).
// Owns: nothing. Thread: any. Fails: never.
#pragma once

#include "notifyd/core/receipt.hpp"

#include <string>
#include <string_view>

namespace notifyd::wire {

// For an answer to a publish that repeated an earlier one.
inline constexpr std::string_view duplicate_member = ",\"duplicate\":true";

// Members without braces: `"message":…,"messageId":…,…,"timestamp":…`
void append_receipt_members(std::string& out, const Receipt& receipt, std::string_view sentence);

}  // namespace notifyd::wire
