// The members that all successful replies to a publish have in common (docs/protocol.md#post-publish).
#pragma once

#include "notifyd/core/receipt.hpp"

#include <string>
#include <string_view>

namespace notifyd::wire {

// In the reply to a publish that repeats an earlier one.
inline constexpr std::string_view transient_member = ",\"transient\":true";
inline constexpr std::string_view duplicate_member = ",\"duplicate\":true";

// Members without braces: `"message":…,"messageId":…,…,"timestamp":…`
void append_receipt_members(std::string& out, const Receipt& receipt, std::string_view message);

}  // namespace notifyd::wire
